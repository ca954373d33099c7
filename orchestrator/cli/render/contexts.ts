import type { Context, Contexts } from '../client/contexts.ts';
import type { Target } from '../client/target.ts';
import { table } from './table.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

interface ShownContexts {
  readonly current: string | null;
  readonly contexts: readonly ({ readonly name: string } & Context)[];
}

/** The contexts as `--json` prints them. */
export const contextsValue = ({ current, contexts }: Contexts): ShownContexts => ({
  current,
  contexts: Object.entries(contexts).map(([name, context]) => ({ name, ...context })),
});

/** All contexts; `*` marks the current one. */
export function contextListLines(view: View, { current, contexts }: ShownContexts): readonly string[] {
  if (contexts.length === 0) return ['There is no context yet. Add one: servpack context add NAME'];
  return table(
    view,
    [{ head: '' }, { head: 'context' }, { head: 'orchestrator' }, { head: 'token' }],
    contexts.map(({ name, url, data, tokenFile, cert }) => [
      { text: name === current ? '*' : '' },
      { text: name },
      { text: url ?? `the one of ${data ?? ''}` },
      { text: cert === undefined ? (tokenFile ?? `in ${data ?? ''}`) : `certificate ${cert}` },
    ]),
  );
}

type ShownTarget = Pick<Target, 'context' | 'url' | 'chosenBy' | 'tokenFrom' | 'ca' | 'certificate'>;

/** The orchestrator that commands reach, as `--json` prints it. */
export const targetValue = ({ context, url, chosenBy, tokenFrom, ca, certificate }: Target): ShownTarget => ({
  context,
  url,
  chosenBy,
  tokenFrom,
  ca,
  certificate,
});

/** Which orchestrator commands reach, and who says so. */
export function targetLines(view: View, target: ShownTarget): readonly string[] {
  const { context, url, chosenBy, tokenFrom, ca, certificate } = target;
  const field = (name: string, text: string): readonly string[] =>
    wrapped(view, `  ${name.padEnd(13)} `, text, 'dim');
  return [
    view.paint('bold', context === null ? 'No context is used' : safe(`Context ${context}`)),
    ...field('orchestrator', url),
    ...field('chosen by', chosenBy),
    ...(certificate === null ? field('token', tokenFrom) : field('certificate', certificate.cert)),
    ...(ca === null ? [] : field('authorities', ca)),
  ];
}
