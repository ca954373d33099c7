import { ok } from '../../shared/errors.ts';
import { ClientShell, nothingKnown } from '../../workers/gateways/windows-ssh/connection/client.ts';
import type { Connection } from '../../workers/gateways/windows-ssh/connection/connection.ts';
import type { Executed } from '../../workers/gateways/windows-ssh/connection/output.ts';

/**
 * What a client prints for the commands of one section: a text, or its bytes, and the exit code.
 * Undefined: it prints nothing, and the exit code is 1.
 */
export type Says = (commands: string, line: string) => readonly [string | Buffer, number] | undefined;

/** A shell on a client that answers each whole line with these outputs. */
export function shellThat(exec: (line: string) => Executed, sftp: Sftp = noSftp): ClientShell {
  const connection: Partial<Connection> = {
    isOpen: true,
    texts: new Map<string, string>(),
    exec: async (line) => ok(exec(line)),
    overSftp: (_signal, work) => sftp().then((open) => work(open as never)),
  };
  return new ClientShell(connection as Connection, nothingKnown(), new AbortController().signal);
}

export type Sftp = () => Promise<unknown>;

const noSftp: Sftp = () => Promise.reject(new Error('this client serves no SFTP'));

/** A shell on a client whose programs print given texts, for what no program here can print. */
export function shellOf(says: Says, sent: string[] = [], sftp: Sftp = noSftp): ClientShell {
  return shellThat((line) => {
    sent.push(line);
    return answerTo(line, says);
  }, sftp);
}

function answerTo(line: string, says: Says): Executed {
  const mark = /echo (@@[0-9a-f]{12}) begin/.exec(line)?.[1];
  if (mark === undefined) return { stdout: Buffer.alloc(0), stderr: Buffer.from('not a line of servpack') };
  const isGuarded = line.includes(`echo ${mark} held`);
  const commands = isGuarded ? '(.*)' : '(.*?)';
  const section = new RegExp(`echo ${mark} (\\d+)& ver>nul& \\(${commands}\\)& call echo ${mark} \\1 `, 'g');
  const printed = [...line.matchAll(section)].flatMap(([, at, text = '']) => {
    const [said, code] = says(text, line) ?? ['', 1];
    return [`${mark} ${at}\r\n`, said, `${mark} ${at} ${code}\r\n`];
  });
  const all = [`${mark} begin\r\n`, ...(isGuarded ? [`${mark} held\r\n`] : []), ...printed];
  return { stdout: Buffer.concat(all.map((each) => Buffer.from(each as string))), stderr: Buffer.alloc(0) };
}

const factsOf = (codePage: number): string =>
  `C:\\Windows\r\nActive code page: ${codePage}\r\nservpack:[!]\r\n\r\nMicrosoft Windows [Version 10.0.26100.4061]\r\n`;

/** What a client says about itself. */
export const saysFacts =
  (says: Says, codePage = 437): Says =>
  (commands, line) =>
    says(commands, line) ?? (commands.startsWith('echo %SystemRoot%') ? [factsOf(codePage), 0] : undefined);
