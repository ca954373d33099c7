import { err, ok, type Result } from '../../../../shared/errors.ts';
import { type IniKey, iniLines, iniPlaceOf, iniValue } from '../../../../shared/products/ini-file.ts';

/** A key of an INI file in the client's bytes. */
interface IniLine {
  /** The value without quotes. */
  readonly value: string;
  /** The whole line as it stands, without spaces around it. */
  readonly line: string;
}

/**
 * Changes one value in the bytes of an INI file, where `iniValue` reads it: the first key of this
 * name in the first section of this name, or else a new line at the beginning of the section, or
 * else a new section at the end of the file, as WritePrivateProfileString does. Bytes are read as
 * Latin-1, so that text in any code page stays unchanged.
 */
export function withIniValue(
  bytes: Buffer,
  { section, key, value }: IniKey & { readonly value: string },
): Result<Buffer, string> {
  if (bytes.includes(0)) return err('the configuration file is not plain text');
  const lines = iniLines(bytes.toString('latin1'));
  const place = iniPlaceOf(lines, { section, key });
  if (place.key !== null) {
    const old = lines[place.key] ?? '';
    const name = old.includes('=') ? old.slice(0, old.indexOf('=') + 1) : `${key}=`;
    lines[place.key] = `${name}${value}${endingOf(old)}`;
  } else {
    const before = place.section ?? lines.length - 1;
    const ending = endingOf(lines[place.section ?? 0]) || endingOf(lines[0]) || '\r\n';
    const last = lines[before] ?? '';
    if (last !== '' && !last.endsWith('\n')) lines[before] = `${last}${ending}`;
    const added = `${key}=${value}${ending}`;
    lines.splice(before + 1, 0, place.section === null ? `[${section}]${ending}${added}` : added);
  }
  return ok(Buffer.from(lines.join(''), 'latin1'));
}

const endingOf = (line = ''): string => /\r?\n$/.exec(line)?.[0] ?? '';

/** The line of a key; null when the file has no such key, or says nothing in its line. */
export function iniLine(bytes: Buffer, where: IniKey): IniLine | null {
  const lines = iniLines(bytes.toString('latin1'));
  const value = iniValue(lines, where);
  const { key } = iniPlaceOf(lines, where);
  return value === null || key === null ? null : { value, line: (lines[key] ?? '').trim() };
}
