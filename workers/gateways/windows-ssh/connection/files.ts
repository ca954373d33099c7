import { createHash } from 'node:crypto';
import type { SFTPWrapper, Stats } from 'ssh2';
import type { Connection } from './connection.ts';
import { callBytesAtMost } from './inflow.ts';

/**
 * Files of a client over SFTP: reads what no program of the client can print, and writes content
 * into the staging folder. Files in their final place are written only by cmd.exe, which respects
 * the locks of Windows.
 */

/** The name of `C:\A\B` in the SFTP of Windows' sshd. */
export const sftpPath = (path: string): string => `/${path.replaceAll('\\', '/')}`;

const chunkBytes = 32 * 1024;

/** A component is some megabytes long. */
const hashedBytesAtMost = 1024 ** 3;

/** Entries of a folder that are looked through for a name in another case. */
const entriesAtMost = 20_000;

/** Real time for the removal of a staged file. */
const removedWithinMs = 5_000;

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
  signal: AbortSignal,
): Promise<FileTail | null> =>
  connection.overSftp(signal, async (sftp) => {
    const found = await locate(sftp, sftpPath(path), signal);
    if (found === null) return null;
    const size = sizeOf(found.stats);
    const from = Math.max(0, size - bytesAtMost);
    const chunks: Buffer[] = [];
    await readRange(connection, sftp, found.name, { from, to: size }, signal, (chunk) => chunks.push(chunk));
    return { at: found.stats.mtime * 1_000, bytes: Buffer.concat(chunks) };
  });

export interface FileHead {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * The begin of a file, at most so many bytes; null when there is no such file. Throws for any other
 * error.
 */
export const readHead = (
  connection: Connection,
  path: string,
  bytesAtMost: number,
  signal: AbortSignal,
): Promise<FileHead | null> =>
  connection.overSftp(signal, async (sftp) => {
    const found = await locate(sftp, sftpPath(path), signal);
    if (found === null) return null;
    const size = sizeOf(found.stats);
    const to = Math.min(size, bytesAtMost);
    const chunks: Buffer[] = [];
    await readRange(connection, sftp, found.name, { from: 0, to }, signal, (chunk) => chunks.push(chunk));
    return { bytes: Buffer.concat(chunks), isWhole: to === size };
  });

/**
 * Reads a file back and returns its SHA-256 in lower-case hex; null when there is no such file.
 * Throws for a file of more than a gigabyte, and for any other error.
 */
export const hashBack = (connection: Connection, path: string, signal: AbortSignal): Promise<string | null> =>
  connection.overSftp(signal, async (sftp) => {
    const found = await locate(sftp, sftpPath(path), signal);
    if (found === null) return null;
    const size = sizeOf(found.stats);
    if (size > hashedBytesAtMost)
      throw new Error(`a file of ${size} bytes is longer than servpack reads back (${hashedBytesAtMost})`);
    const hash = createHash('sha256');
    await readRange(connection, sftp, found.name, { from: 0, to: size }, signal, (chunk) =>
      hash.update(chunk),
    );
    return hash.digest('hex');
  });

/** Writes a new file into a folder that exists. */
export const writeNew = (
  connection: Connection,
  path: string,
  content: Buffer,
  signal: AbortSignal,
): Promise<void> =>
  connection.overSftp(signal, async (sftp) => {
    const handle = await call<Buffer>((done) => sftp.open(sftpPath(path), 'w', done));
    const close = (): Promise<void> =>
      call<void>((done) => sftp.close(handle, (error) => done(error, undefined)));
    try {
      for (let at = 0; at < content.length; at += chunkBytes) {
        signal.throwIfAborted();
        const length = Math.min(chunkBytes, content.length - at);
        await call<void>((done) =>
          sftp.write(handle, content, at, length, at, (error) => done(error, undefined)),
        );
      }
    } catch (thrown) {
      // Windows removes no file that is open. The client answers in order, so nothing waits for it.
      close().catch(() => undefined);
      throw thrown;
    }
    await close();
  });

function sizeOf({ size, mtime }: Stats): number {
  if (!Number.isSafeInteger(size) || size < 0 || !Number.isFinite(mtime))
    throw new Error('the client tells no size and time of the file that make sense');
  return size;
}

/**
 * Reads a part of a file, as long as the client has said that the file is: a client may serve bytes
 * without end. A file that ends earlier has become shorter.
 */
async function readRange(
  connection: Connection,
  sftp: SFTPWrapper,
  name: string,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
  take: (chunk: Buffer) => void,
): Promise<void> {
  connection.allow(callBytesAtMost + (to - from) * 2);
  const handle = await call<Buffer>((done) => sftp.open(name, 'r', done));
  try {
    for (let at = from; at < to;) {
      signal.throwIfAborted();
      const chunk = await readChunk(sftp, handle, at, Math.min(chunkBytes, to - at));
      if (chunk.length === 0) return;
      take(chunk);
      at += chunk.length;
    }
  } finally {
    // Nobody waits for the answer, which changes nothing any more.
    sftp.close(handle, () => undefined);
  }
}

const readChunk = (sftp: SFTPWrapper, handle: Buffer, at: number, length: number): Promise<Buffer> =>
  call<Buffer>((done) =>
    sftp.read(handle, Buffer.allocUnsafe(length), 0, length, at, (error, read, bytes) =>
      done(error, bytes?.subarray(0, read)),
    ),
  );

/**
 * Finds a file in any case of its name: Windows ignores case, but sshd may serve another file
 * system.
 */
async function locate(
  sftp: SFTPWrapper,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly stats: Stats } | null> {
  const exact = await statOf(sftp, path);
  if (exact !== null) return { name: path, stats: exact };
  let name = '';
  for (const part of path.split('/').slice(1)) {
    const found = await entryOf(sftp, name === '' ? '/' : name, part.toLowerCase(), signal);
    if (found === null) return null;
    name = `${name}/${found}`;
  }
  signal.throwIfAborted();
  const stats = await statOf(sftp, name);
  return stats === null ? null : { name, stats };
}

/** The entry of a folder with this name in any case; null where the folder cannot be listed. */
async function entryOf(
  sftp: SFTPWrapper,
  folder: string,
  wanted: string,
  signal: AbortSignal,
): Promise<string | null> {
  let seen = 0;
  const handle = await statusIsNull(call<Buffer>((done) => sftp.opendir(folder, done)));
  if (handle === null) return null;
  try {
    for (;;) {
      signal.throwIfAborted();
      const entries = await statusIsNull(call<readonly Entry[]>((done) => sftp.readdir(handle, done)));
      if (entries === null) return null;
      const entry = entries.find(({ filename }) => filename.toLowerCase() === wanted);
      if (entry !== undefined) return entry.filename;
      seen += Math.max(1, entries.length);
      if (seen > entriesAtMost) throw new Error(`${folder} holds more than ${entriesAtMost} entries`);
    }
  } finally {
    sftp.close(handle, () => undefined);
  }
}

interface Entry {
  readonly filename: string;
}

/** The answer, or null where the client answers with the code of an error, such as the end. */
async function statusIsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) return null;
    throw thrown;
  }
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
export const makeFolder = (connection: Connection, path: string, signal: AbortSignal): Promise<void> =>
  connection.overSftp(signal, async (sftp) => {
    if ((await statOf(sftp, sftpPath(path))) !== null) return;
    signal.throwIfAborted();
    await call<void>((done) => sftp.mkdir(sftpPath(path), (error) => done(error, undefined)));
  });

/**
 * Best effort, also after the call was given up: a file that stays behind does no harm, because
 * every staged file has a name of its own.
 */
export async function removeStaged(connection: Connection, path: string): Promise<void> {
  try {
    await connection.overSftp(AbortSignal.timeout(removedWithinMs), (sftp) =>
      call<void>((done) => sftp.unlink(sftpPath(path), (error) => done(error, undefined))),
    );
  } catch {}
}
