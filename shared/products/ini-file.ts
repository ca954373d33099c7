/** Where a value stands in an INI file. */
export interface IniKey {
  readonly section: string;
  readonly key: string;
}

/**
 * Where Windows reads and writes a key. `section` is the line of the section's name, `end` the line
 * after its last one, `key` the line of the key; null = the file has none.
 */
export interface IniPlace {
  readonly section: number | null;
  readonly end: number;
  readonly key: number | null;
}

/** The lines of an INI file, each with its line end. */
export const iniLines = (text: string): string[] => text.split(/(?<=\n)/);

/**
 * Finds a key as GetPrivateProfileString does: in the first section of this name, the first key of
 * this name, both in any case. A later section of the same name is never looked at.
 */
export function iniPlaceOf(lines: readonly string[], { section, key }: IniKey): IniPlace {
  const start = lines.findIndex((line, at) => sectionName(line, at) === section.toLowerCase());
  if (start < 0) return { section: null, end: lines.length, key: null };
  const next = lines.findIndex((line, at) => at > start && sectionName(line, at) !== null);
  const end = next < 0 ? lines.length : next;
  const wanted = key.toLowerCase();
  const at = lines.findIndex((line, each) => each > start && each < end && keyName(line) === wanted);
  return { section: start, end, key: at < 0 ? null : at };
}

/**
 * The value of a key, without quotes around it. Null when the file has no such key, or no `=` in
 * the first line of this key: then the file says nothing.
 */
export function iniValue(lines: readonly string[], where: IniKey): string | null {
  const { key } = iniPlaceOf(lines, where);
  const line = key === null ? '' : (lines[key] ?? '');
  const equals = line.indexOf('=');
  return equals < 0 ? null : unquoted(line.slice(equals + 1).trim());
}

/** A byte order mark as text, and as the three bytes of it that are read as Latin-1. */
const byteOrderMark = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;

/** A line that was cut off before its bracket names no section: `[Locals` is not `[Local]`. */
function sectionName(raw: string, at: number): string | null {
  const line = (at === 0 ? raw.replace(byteOrderMark, '') : raw).trimStart();
  const end = line.startsWith('[') ? line.indexOf(']') : -1;
  return end < 0 ? null : line.slice(1, end).trim().toLowerCase();
}

/** A comment (`;`) has a name that no key has. */
function keyName(line: string): string {
  const equals = line.indexOf('=');
  return (equals < 0 ? line : line.slice(0, equals)).trim().toLowerCase();
}

const unquoted = (value: string): string => {
  const [first] = value;
  const isQuoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first);
  return isQuoted ? value.slice(1, -1).trim() : value;
};
