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

/**
 * Decodes the output of a program on the client. Most programs print in the code page of the
 * console; wmic prints UTF-16, which shows by its byte order mark or its zero bytes.
 */
export function decode(bytes: Buffer, codePage: string): string {
  if (!bytes.includes(0)) return iconv.decode(bytes, codePage);
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const isMarked = even[0] === 0xff && even[1] === 0xfe;
  return isMarked
    ? iconv.decode(even, 'utf16le')
    : iconv.decode(
        bytes.filter((byte) => byte !== 0),
        codePage,
      );
}
