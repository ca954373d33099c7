/**
 * Lists of the registry in files of `reg export` and `reg import`. Only these files carry the bytes
 * of a REG_MULTI_SZ (`hex(7)`): `reg query` leaves empty strings out and prints in the code page of
 * the console, and `reg add` refuses an empty string.
 */

const header = 'Windows Registry Editor Version 5.00';

/**
 * The lists among the values of the first key of an exported file, by their names in lower case: as
 * bytes, or null for a value that is no list.
 * @param head the begin of the file, in UTF-16 with a byte order mark
 * @returns null for another file, or where the values of that key go on behind the end of `head`
 */
export function listsIn(head: Buffer, isWhole: boolean): ReadonlyMap<string, Buffer | null> | null {
  const text = head.subarray(0, head.length - (head.length % 2)).toString('utf16le');
  if (!text.startsWith(`\ufeff${header}\r\n`)) return null;
  const [, first = '', next] = text.split(/\r\n\[HKEY_[^\r\n]*\]\r\n/);
  if (next === undefined && !isWhole) return null;
  // A backslash at the end of a line continues a value of bytes.
  const lines = first.replaceAll(/,\\\r\n\s*/g, ',').split('\r\n');
  const lists = new Map<string, Buffer | null>();
  for (const line of lines) {
    const [, name, data = ''] = /^"((?:[^"\\]|\\.)*)"=(.*)$/.exec(line) ?? [];
    if (name !== undefined) lists.set(name.toLowerCase(), bytesOf(data));
  }
  return lists;
}

function bytesOf(data: string): Buffer | null {
  const hex = /^hex\(7\):((?:[0-9a-f]{2}(?:,[0-9a-f]{2})*)?)$/i.exec(data)?.[1];
  return hex === undefined ? null : Buffer.from(hex.replaceAll(',', ''), 'hex');
}

/** `reg` breaks its lines after some 80 characters. */
const bytesInLine = 24;

/** The file whose import sets one list of a key to these bytes, and changes nothing else. */
export function fileWithList(key: string, name: string, bytes: Buffer): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesInLine)
    lines.push([...bytes.subarray(at, at + bytesInLine)].map(twoDigits).join(','));
  const text = [header, '', `[${key}]`, `"${name}"=hex(7):${lines.join(',\\\r\n  ')}`, '', ''].join('\r\n');
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

const twoDigits = (byte: number): string => byte.toString(16).padStart(2, '0');
