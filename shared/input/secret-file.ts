import { statfsSync, statSync } from 'node:fs';
import { err, type Result } from '../errors.ts';
import { readOperatorFile, readOperatorText } from './operator-file.ts';

/**
 * A file with a secret: a private key, a passphrase or a password. It is refused when
 * every user of the machine can read or change it, as OpenSSH refuses such a key (ssh(1), FILES).
 * A group may read it: systemd and Debian's group `ssl-cert` give keys to services that way.
 */

/** The text of a secret file, or what is wrong with the file. */
export const readSecretText = (path: string): Result<string, string> =>
  whileClosed(path, readOperatorText(path));

/**
 * The bytes of a secret file, or what is wrong with the file.
 * @param isPublic what is no secret and may be open to every user; the caller says what is wrong
 */
export function readSecretFile(
  path: string,
  isPublic: (bytes: Buffer) => boolean = () => false,
): Result<Buffer, string> {
  const read = readOperatorFile(path);
  return read.ok && isPublic(read.value) ? read : whileClosed(path, read);
}

function whileClosed<T>(path: string, read: Result<T, string>): Result<T, string> {
  if (!read.ok) return read;
  const { mode } = statSync(path);
  if ((mode & forEverybody) === 0 || hasNoModes(path)) return read;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  return err(`is open to every user of this machine (mode ${shown}): chmod 600 ${path}`);
}

/** Read or write. */
const forEverybody = 0o006;

/**
 * File systems of Windows, by their number in statfs(2): on them every file shows the same mode.
 * 9p (drives of Windows in WSL), NTFS, FUSE (ntfs-3g), FAT, exFAT, CIFS and SMB 2.
 */
const ofWindows: ReadonlySet<number> = new Set([
  0x0102_1997, 0x5346_544e, 0x7366_746e, 0x6573_5546, 0x4d44, 0x2011_bab0, 0xff53_4d42, 0xfe53_4d42,
]);

const hasNoModes = (path: string): boolean =>
  process.platform === 'win32' || ofWindows.has(statfsSync(path).type);
