import ssh2, { type SFTPWrapper } from 'ssh2';
import type { NtFiles } from './nt-files.ts';

const { STATUS_CODE } = ssh2.utils.sftp;

interface Open {
  readonly path: string;
  bytes: Buffer;
  readonly isWritten: boolean;
}

/** `/C:/A` as a path of Windows. */
const windowsPath = (path: string): string => path.replace(/^\//, '').replaceAll('/', '\\');

/**
 * The part of SFTP that a gateway uses, on the files of a lab machine.
 * @param asked called for every request that is served
 */
export function serveSftp(
  sftp: SFTPWrapper,
  files: Pick<NtFiles, 'read' | 'write' | 'remove' | 'makeDirectory' | 'exists' | 'writtenAt' | 'isFull'>,
  asked: () => void = () => undefined,
): void {
  const open = new Map<number, Open>();
  let last = 0;
  const attributes = (path: string, size: number) => {
    const at = Math.floor(files.writtenAt(path) / 1_000);
    return { mode: 0o100_644, uid: 0, gid: 0, size, atime: at, mtime: at };
  };
  const stat = (id: number, given: string): void => {
    const path = windowsPath(given);
    const bytes = files.read(path);
    if (bytes !== null) return sftp.attrs(id, attributes(path, bytes.length));
    if (files.exists(`${path}\\`)) return sftp.attrs(id, { ...attributes(path, 0), mode: 0o040_755 });
    sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  sftp.on('STAT', stat).on('LSTAT', stat);
  sftp.on('OPEN', (id, name, flags) => {
    const path = windowsPath(name);
    const isWritten = (flags & ssh2.utils.sftp.OPEN_MODE.WRITE) !== 0;
    const bytes = isWritten ? Buffer.alloc(0) : files.read(path);
    if (bytes === null) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    last += 1;
    open.set(last, { path, bytes, isWritten });
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(last);
    sftp.handle(id, handle);
  });
  const of = (handle: Buffer): Open | undefined => open.get(handle.readUInt32BE());
  sftp.on('FSTAT', (id, handle) => {
    const file = of(handle);
    if (file === undefined) return sftp.status(id, STATUS_CODE.FAILURE);
    sftp.attrs(id, attributes(file.path, file.bytes.length));
  });
  sftp.on('READ', (id, handle, offset, length) => {
    const bytes = of(handle)?.bytes.subarray(offset, offset + length);
    if (bytes === undefined || bytes.length === 0) return sftp.status(id, STATUS_CODE.EOF);
    sftp.data(id, bytes);
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    const file = of(handle);
    if (file === undefined) return sftp.status(id, STATUS_CODE.FAILURE);
    if (files.isFull()) return sftp.status(id, STATUS_CODE.FAILURE);
    const bytes = Buffer.alloc(Math.max(file.bytes.length, offset + data.length));
    file.bytes.copy(bytes);
    data.copy(bytes, offset);
    file.bytes = bytes;
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('CLOSE', (id, handle) => {
    const file = of(handle);
    if (file?.isWritten === true) files.write(file.path, file.bytes);
    open.delete(handle.readUInt32BE());
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('MKDIR', (id, name) => {
    files.makeDirectory(windowsPath(name));
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('REMOVE', (id, name) => {
    const refusal = files.remove(windowsPath(name));
    sftp.status(id, refusal === null ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
  });
  sftp.on('OPENDIR', (id) => sftp.status(id, STATUS_CODE.NO_SUCH_FILE));
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('SETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  for (const request of sftp.eventNames().filter((name) => /^[A-Z]+$/.test(String(name))))
    sftp.on(request, asked);
}
