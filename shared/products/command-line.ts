import type { Client } from '../domain/campaign/definition.ts';

/** What a profile may leave open in a command line, in braces. */
const placeholders = ['client', 'host', 'logonServer', 'componentDirectory'] as const;

type Values = Readonly<Record<(typeof placeholders)[number], string>>;

const open = /\{([A-Za-z]+)\}/g;

/**
 * One line of plain characters that cmd.exe takes as it stands; every placeholder in it is known.
 */
export const isCommandLine = (value: string): boolean =>
  /^[^\p{Cc}\p{Cs}]{1,1000}$/u.test(value) &&
  /\S/.test(value) &&
  [...value.matchAll(open)].every(([, name]) => placeholders.some((known) => known === name));

export const commandLineForm = `one line of at most 1000 characters; in braces only ${placeholders.join(', ')}`;

/**
 * A profile's command line for one client. Its values come from the fleet file and the profile,
 * whose forms hold nothing that cmd.exe reads as more than a word. Nothing that a client says of
 * itself is put into a command line.
 */
export function commandLineFor(
  template: string,
  { client, host, logonServer }: Pick<Client, 'client' | 'host' | 'logonServer'>,
  componentDirectory: string,
): string {
  const values: Values = { client, host, logonServer, componentDirectory };
  return template.replaceAll(open, (text, name: string) =>
    Object.hasOwn(values, name) ? values[name as keyof Values] : text,
  );
}
