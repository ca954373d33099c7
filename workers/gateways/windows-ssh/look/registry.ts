/**
 * The values of a registry key as `reg query` prints them: names in lower case, data as text. No
 * language translates names of values.
 */
export interface RegistryKey {
  readonly path: string;
  readonly values: ReadonlyMap<string, string>;
  /** The types of the values, by the same names. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Reads the output of `reg query`. A line that begins in column one names a key; data run from the
 * type to the end of the line.
 */
export function parseRegistry(text: string): readonly RegistryKey[] {
  const keys: { path: string; values: Map<string, string>; types: Map<string, string> }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('HKEY_')) keys.push({ path: line.trimEnd(), values: new Map(), types: new Map() });
    const value = valueIn(line);
    if (value === null) continue;
    keys.at(-1)?.values.set(value.name, value.data);
    keys.at(-1)?.types.set(value.name, value.type);
  }
  return keys;
}

/** A line such as `    Name    REG_SZ    data`, read in time linear to its length. */
function valueIn(
  line: string,
): { readonly name: string; readonly type: string; readonly data: string } | null {
  if (!/^\s{2}/.test(line)) return null;
  const body = line.trimStart();
  const type = /\sREG_[A-Z_]+(?=\s|$)/.exec(body);
  if (type === null) return null;
  const name = body.slice(0, type.index).trimEnd().toLowerCase();
  return { name, type: type[0].trim(), data: body.slice(type.index + type[0].length).trim() };
}

/** The value of a REG_DWORD, printed as 0x…; null for another text. */
export function dwordOf(text: string | undefined): number | null {
  return text !== undefined && /^0x[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : null;
}

/** The parts of a REG_MULTI_SZ, which `reg query` separates by a backslash and a zero. */
export const multiOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split('\\0').filter((part) => part !== '');
