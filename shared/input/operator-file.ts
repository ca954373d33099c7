import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../errors.ts';
import { reasonOf } from '../reason-of.ts';
import { lineAt } from './input-fault.ts';

/**
 * The one way to read a file that an operator wrote: a secret, a key, a certificate, known hosts, a
 * profile. Programs of Windows begin a UTF-8 file with a byte order mark (PowerShell 8592), which
 * belongs to no content. A file in UTF-16 is refused: read as bytes, it would be a wrong password.
 */

/** The text of a file without its byte order mark, or what is wrong with the file. */
export function readOperatorText(path: string): Result<string, string> {
  const bytes = readOperatorFile(path);
  if (!bytes.ok) return bytes;
  const text = decodeText(bytes.value);
  return text.ok ? text : err(`${text.error.wrong}; save it as UTF-8 text`);
}

/**
 * The bytes of a file without its byte order mark. For files in which only some lines matter: the
 * others may be in any code page.
 */
export function readOperatorFile(path: string): Result<Buffer, string> {
  try {
    const bytes = readFileSync(path);
    if (startsAsUtf16(bytes)) return err(`${utf16}; save it as UTF-8 text`);
    return ok(bytes.subarray(startsWithMark(bytes) ? 3 : 0));
  } catch (thrown) {
    return err(`cannot be read: ${reasonOf(thrown)}${whoIsRefused(thrown)}`);
  }
}

/** In a container the user is not the one who wrote the file. Windows has no number for a user. */
function whoIsRefused(thrown: unknown): string {
  const isRefused = thrown instanceof Error && 'code' in thrown && thrown.code === 'EACCES';
  const user = process.geteuid?.();
  return isRefused && user !== undefined
    ? `; this process runs as user ${user}: give that user the right to read it`
    : '';
}

export interface NotText {
  /** The line of the first bad byte, from 1. */
  readonly line: number;
  readonly wrong: string;
}

/** Decodes UTF-8. A byte order mark stays, so that the text has the hash of the bytes. */
export function decodeText(bytes: Uint8Array): Result<string, NotText> {
  if (startsAsUtf16(bytes)) return err({ line: 1, wrong: utf16 });
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err({ line: lineOfFirstBadByte(bytes), wrong: 'is not UTF-8 text' });
  }
}

const utf16 = 'is UTF-16 text';

const startsAsUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

const startsWithMark = ([first, second, third]: Uint8Array): boolean =>
  first === 0xef && second === 0xbb && third === 0xbf;

/**
 * Decoding again without `fatal` marks the bad places. A real U+FFFD before them is rare.
 */
function lineOfFirstBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8').decode(bytes);
  return lineAt(text, text.indexOf('\uFFFD'));
}
