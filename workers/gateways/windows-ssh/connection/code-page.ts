import iconv from 'iconv-lite';

/** The code page whose number `chcp` said, by the name that iconv knows; null when it said none that is known. */
export function codePageIn(said: string): string | null {
  const number = /(\d{1,5})\D*$/.exec(said.trim())?.[1];
  if (number === undefined) return null;
  // Wine says 0 where the host's UTF-8 is passed through.
  if (number === '65001' || number === '0') return 'utf8';
  return iconv.encodingExists(`cp${number}`) ? `cp${number}` : null;
}

/**
 * What a program of the client printed. Most print in the code page of the console; wmic prints UTF-16 in the middle of it, which shows by
 * its byte order mark or its zero bytes.
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
