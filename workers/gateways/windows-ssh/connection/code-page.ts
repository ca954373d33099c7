import iconv from 'iconv-lite';

/**
 * The name in iconv of the code page whose number `chcp` printed; null when iconv does not know it.
 */
export function codePageIn(said: string): string | null {
  const number = /(\d{1,5})\D*$/.exec(said.trim())?.[1];
  if (number === undefined) return null;
  // Wine prints 0 where it passes the UTF-8 of its host through.
  if (number === '65001' || number === '0') return 'utf8';
  return iconv.encodingExists(`cp${number}`) ? `cp${number}` : null;
}

/** Of a code page that iconv does not know, only ASCII is sure. */
export const unknownCodePage = 'ascii';

/**
 * Decodes the output of a program on the client. Most programs print in the code page of the
 * console; wmic prints UTF-16, which shows by its byte order mark or its zero bytes. A byte that
 * the code page does not have stays as it is, in the form of `rawByte`.
 */
export function decode(bytes: Buffer, codePage: string): string {
  if (!bytes.includes(0)) return readable(bytes, codePage);
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  if ((even[0] === 0xff && even[1] === 0xfe) || isWide(even)) return iconv.decode(even, 'utf16le');
  return readable(Buffer.from(bytes.filter((byte) => byte !== 0)), codePage);
}

/** Zero bytes in UTF-16 are the second halves of ASCII characters. */
function isWide(bytes: Buffer): boolean {
  let zeros = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    if (at % 2 === 0) return false;
    zeros += 1;
  }
  return zeros * 8 >= bytes.length;
}

/** What iconv puts in the place of a byte that it cannot decode. */
const replacement = '\ufffd';

/**
 * A byte that could not be decoded. No name of a file, service or account holds `<`, so no text
 * with such a byte is taken for a name.
 */
const rawByte = (byte: number): string => `<0x${byte.toString(16).padStart(2, '0')}>`;

/** Does a text hold bytes that could not be decoded? It must not be written back then. */
export const hasRawBytes = (text: string): boolean => /<0x[0-9a-f?]{2}>/.test(text);

/** Of a longer text in a foreign code page, the rest says only that it is one. */
const lookedAtAtMost = 64 * 1024;
const anyByte = '<0x??>';

/** No code page has a character of more bytes. */
const characterBytesAtMost = 4;

function readable(bytes: Buffer, codePage: string): string {
  const whole = iconv.decode(bytes, codePage);
  if (!whole.includes(replacement)) return whole;
  const lookedAt = byByte(bytes.subarray(0, lookedAtAtMost), codePage);
  return `${lookedAt}${iconv.decode(bytes.subarray(lookedAtAtMost), codePage).replaceAll(replacement, anyByte)}`;
}

function byByte(line: Buffer, codePage: string): string {
  let text = '';
  for (let at = 0; at < line.length;) {
    const [character, length] = characterAt(line, at, codePage);
    text += character;
    at += length;
  }
  return text;
}

function characterAt(bytes: Buffer, at: number, codePage: string): readonly [string, number] {
  for (let length = 1; length <= characterBytesAtMost; length += 1) {
    const character = iconv.decode(bytes.subarray(at, at + length), codePage);
    if (!character.includes(replacement)) return [character, length];
  }
  return [rawByte(bytes[at] ?? 0), 1];
}
