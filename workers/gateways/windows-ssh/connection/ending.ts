import type { Executed } from './output.ts';

const outputAtMost = 200;
const errorsAtMost = 300;

/** The end of what a client printed, and its errors, for the message of a failure. */
export const endOf = ({ stdout, stderr }: Executed): string =>
  JSON.stringify(`${stdout.toString('latin1').slice(-outputAtMost)} ${errorsOf(stderr)}`.trim());

/** How PowerShell begins its errors where they are read by a program: PowerShell issue 5912. */
const clixml = '#< CLIXML';

/**
 * The errors of a command. PowerShell wraps its own in XML, and goes on after the first one: the
 * first one says why, and the later ones follow from it. Any other program says why at its end.
 */
function errorsOf(stderr: Buffer): string {
  const text = stderr.toString('latin1');
  if (!text.includes(clixml)) return text.slice(-errorsAtMost);
  const errors = [...text.matchAll(/<S S="Error">([^<]*)<\/S>/g)].map(([, words = '']) => words).join('');
  return plain(errors === '' ? text : errors).slice(0, errorsAtMost);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const plain = (xml: string): string =>
  xml
    .replaceAll(/(?:_x[0-9A-F]{4}_)+/g, ' ')
    .replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
