import { err, ok, type Result } from '../../../../shared/errors.ts';

/**
 * Changes one value in the bytes of an INI file, as WritePrivateProfileString does: the first key
 * of this name in the section, in any case, or else a new line at the beginning of the section.
 * Bytes are read as Latin-1, so that text in any code page stays unchanged.
 */
export function withIniValue(
  bytes: Buffer,
  { section, key, value }: { readonly section: string; readonly key: string; readonly value: string },
): Result<Buffer, string> {
  if (bytes.includes(0)) return err('the configuration file is not plain text');
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  const start = lines.findIndex((line) => sectionOf(line) === section.toLowerCase());
  if (start < 0) return err(`the configuration file has no section [${section}]`);
  const after = lines.findIndex((line, at) => at > start && sectionOf(line) !== null);
  const end = after < 0 ? lines.length : after;
  const at = lines.findIndex((line, n) => n > start && n < end && keyOf(line) === key.toLowerCase());
  const ending = /\r?\n$/.exec(lines[start] ?? '')?.[0] ?? '\r\n';
  if (at >= 0) {
    const old = lines[at] ?? '';
    lines[at] = `${old.slice(0, old.indexOf('=') + 1)}${value}${/\r?\n?$/.exec(old)?.[0] ?? ''}`;
  } else {
    if (!(lines[start] ?? '').endsWith('\n')) lines[start] += ending;
    lines.splice(start + 1, 0, `${key}=${value}${ending}`);
  }
  return ok(Buffer.from(lines.join(''), 'latin1'));
}

function sectionOf(line: string): string | null {
  return /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase() ?? null;
}

const keyOf = (line: string): string | null =>
  line.trimStart().startsWith(';') ? null : (/^\s*([^=]+?)\s*=/.exec(line)?.[1]?.toLowerCase() ?? null);

/** The value of a key without spaces around it; null when the file has no such key. */
export function iniValue(
  bytes: Buffer,
  { section, key }: { readonly section: string; readonly key: string },
): string | null {
  let isIn = false;
  for (const line of bytes.toString('latin1').split(/\r?\n/)) {
    const named = sectionOf(line);
    if (named !== null) isIn = named === section.toLowerCase();
    else if (isIn && keyOf(line) === key.toLowerCase()) return line.slice(line.indexOf('=') + 1).trim();
  }
  return null;
}
