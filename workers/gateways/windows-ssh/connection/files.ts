import { createHash } from 'node:crypto';
import type { SFTPWrapper, Stats } from 'ssh2';
import type { Connection } from './connection.ts';

/**
 * Files of a client over SFTP: reads what no program of the client can print, and writes content
 * into the staging folder. Files in their final place are written only by cmd.exe, which respects
 * the locks of Windows.
 */

/** The name of `C:\A\B` in the SFTP of Windows' sshd. */
export const sftpPath = (path: string): string => `/${path.replaceAll('\\', '/')}`;

/** No such file: the only error code of SFTP that answers the question. */
const noSuchFile = 2;

const call = <T>(work: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) =>
    work((error, value) => (error === null || error === undefined ? resolve(value) : reject(error))),
  );

const isMissing = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === noSuchFile;

export interface FileTail {
  /** Time of the last write in epoch milliseconds, by the clock of the client. */
  readonly at: number;
  readonly bytes: Buffer;
}

/**
 * The end of a file, at most so many bytes; null when there is no such file. Throws for any other
 * error.
 */
export const readTail = (
  connection: Connection,
  path: string,
  bytesAtMost: number,
): Promise<FileTail | null> =>
  connection.unlessBroken(async (sftp) => {
    const found = await locate(sftp, sftpPath(path));
    if (found === null) return null;
    const { stats, name } = found;
    const from = Math.max(0, stats.size - bytesAtMost);
    return { at: stats.mtime * 1_000, bytes: await readFrom(sftp, name, from) };
  });

/** Reads a file back and returns its SHA-256 in lower-case hex; null when there is no such file. */
export async function hashBack(connection: Connection, path: string): Promise<string | null> {
  const tail = await readTail(connection, path, Number.MAX_SAFE_INTEGER);
  return tail === null ? null : createHash('sha256').update(tail.bytes).digest('hex');
}

/** Writes a new file into a folder that exists. */
export const writeNew = (connection: Connection, path: string, content: Buffer): Promise<void> =>
  connection.unlessBroken((sftp) =>
    call<void>((done) => sftp.writeFile(sftpPath(path), content, (error) => done(error, undefined))),
  );

async function readFrom(sftp: SFTPWrapper, name: string, start: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = sftp.createReadStream(name, { start });
  // The stream closes the file after its last byte. A connection that breaks in that moment raises
  // an error for which nothing waits any more, and which would end the process.
  stream.on('error', () => undefined);
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Finds a file in any case of its name: Windows ignores case, but sshd may serve another file
 * system.
 */
async function locate(
  sftp: SFTPWrapper,
  path: string,
): Promise<{ readonly name: string; readonly stats: Stats } | null> {
  const exact = await statOf(sftp, path);
  if (exact !== null) return { name: path, stats: exact };
  let name = '';
  for (const part of path.split('/').slice(1)) {
    const wanted = part.toLowerCase();
    const entries = await call<readonly { readonly filename: string }[]>((done) =>
      sftp.readdir(name === '' ? '/' : name, done),
    ).catch(() => []);
    const entry = entries.find(({ filename }) => filename.toLowerCase() === wanted);
    if (entry === undefined) return null;
    name = `${name}/${entry.filename}`;
  }
  const stats = await statOf(sftp, name);
  return stats === null ? null : { name, stats };
}

async function statOf(sftp: SFTPWrapper, path: string): Promise<Stats | null> {
  try {
    return await call<Stats>((done) => sftp.stat(path, done));
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw thrown;
  }
}

/** Creates a folder unless it exists. */
export const makeFolder = (connection: Connection, path: string): Promise<void> =>
  connection.unlessBroken(async (sftp) => {
    if ((await statOf(sftp, sftpPath(path))) !== null) return;
    await call<void>((done) => sftp.mkdir(sftpPath(path), (error) => done(error, undefined)));
  });

/**
 * Best effort: a file that stays behind does no harm, because every staged file has a name of its
 * own.
 */
export async function removeStaged(connection: Connection, path: string): Promise<void> {
  try {
    await connection.unlessBroken((sftp) =>
      call<void>((done) => sftp.unlink(sftpPath(path), (error) => done(error, undefined))),
    );
  } catch {}
}
