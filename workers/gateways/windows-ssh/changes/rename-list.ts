/**
 * The list of what Windows renames and deletes at its next start. It holds pairs: the present name,
 * and the new one, which is empty where the file is deleted. Names are paths of NT (`\??\C:\…`).
 * `!` before a new name replaces an existing file. Windows 11 puts marks such as `*1` before both.
 */
export interface Rename {
  readonly from: string;
  /** Empty: the file is deleted. */
  readonly to: string;
}

const end = Buffer.alloc(2);

/**
 * The pairs in the bytes of a list; null when the bytes are no whole pairs. Nobody can say then
 * what a further pair would mean.
 */
export function renamesIn(bytes: Buffer): readonly Rename[] | null {
  if (bytes.length === 0) return [];
  if (bytes.length % 2 !== 0 || !bytes.subarray(-2).equals(end)) return null;
  // Each name has an end of its own, and so has the list.
  const names = bytes.subarray(0, -2).toString('utf16le').split('\0');
  if (names.pop() !== '' || names.length % 2 !== 0) return null;
  const pairs = names.flatMap((from, at) => (at % 2 === 0 ? [{ from, to: names[at + 1] ?? '' }] : []));
  return pairs.every(({ from }) => from !== '' && !isNewName(from)) ? pairs : null;
}

/** Only a new name has this mark: where it begins a pair, the pairs are not as they look. */
const isNewName = (name: string): boolean => /^(?:\*\d+)?!/.test(name);

/** The bytes of a list with one more pair. The other pairs stay as they are, byte by byte. */
export function withRename(bytes: Buffer, { from, to }: Rename): Buffer {
  const others = bytes.length === 0 ? bytes : bytes.subarray(0, -2);
  return Buffer.concat([others, Buffer.from(`${from}\0${to}\0\0`, 'utf16le')]);
}
