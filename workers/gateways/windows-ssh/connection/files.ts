import { createHash } from 'node:crypto';
import type { SFTPWrapper, Stats } from 'ssh2';
import type { Connection } from './connection.ts';

/**
 * Files of a client over SFTP: reading back what no program of the client can say of them, and bringing content into the staging folder. What lies
 * in its place is only ever written through cmd.exe, which respects the locks of Windows.
 */

/** `C:\A\B` as sshd of Windows names it. */
export const sftpPath = (path: string): string => `/${path.replaceAll('\\', '/')}`;

/** No such file: the only error that is an answer. */
const noSuchFile = 2;

const call = <T>(work: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) =>
    work((error, value) => (error === null || error === undefined ? resolve(value) : reject(error))),
  );

const isMissing = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === noSuchFile;

export interface FileTail {
  /** When it was last written, epoch milliseconds, by the client's clock. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** The end of a file, at most so many bytes; null when there is none. Throws what else goes wrong. */
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

/** SHA-256 of a file read back, in lower-case hex; null when there is none. */
export async function hashBack(connection: Connection, path: string): Promise<string | null> {
  const tail = await readTail(connection, path, Number.MAX_SAFE_INTEGER);
  return tail === null ? null : createHash('sha256').update(tail.bytes).digest('hex');
}

/** Writes a new file; its folder is there already. */
export const writeNew = (connection: Connection, path: string, content: Buffer): Promise<void> =>
  connection.unlessBroken((sftp) =>
    call<void>((done) => sftp.writeFile(sftpPath(path), content, (error) => done(error, undefined))),
  );

async function readFrom(sftp: SFTPWrapper, name: string, start: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = sftp.createReadStream(name, { start });
  // After the last byte the file is still to be closed. If the connection breaks in that moment nobody waits for the stream any more, and its error
  // would end the process.
  stream.on('error', () => undefined);
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Windows knows no case in names; a server on another file system does, so the folders are asked where a name as given is not found. */
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

/** Makes a folder that may be there already. */
export const makeFolder = (connection: Connection, path: string): Promise<void> =>
  connection.unlessBroken(async (sftp) => {
    if ((await statOf(sftp, sftpPath(path))) !== null) return;
    await call<void>((done) => sftp.mkdir(sftpPath(path), (error) => done(error, undefined)));
  });

/** Best effort: what stays behind takes no place, and the next staging has a name of its own. */
export async function removeStaged(connection: Connection, path: string): Promise<void> {
  try {
    await connection.unlessBroken((sftp) =>
      call<void>((done) => sftp.unlink(sftpPath(path), (error) => done(error, undefined))),
    );
  } catch {}
}
