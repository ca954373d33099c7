/** One line of a file, without its line end. */
export interface FileLine {
  readonly line: Buffer;
  /** From 1. */
  readonly number: number;
  /** Where the next line begins. */
  readonly end: number;
  /** False for bytes at the end of the file without a line end: a crash while writing. */
  readonly isWhole: boolean;
}

const lineEnd = 0x0a;

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/**
 * The lines of a stream of bytes, exactly as they are. Nothing is decoded, because hashes cover
 * bytes.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let end = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? viewOf(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd, from)) {
      number += 1;
      end += at + 1 - from;
      yield { line: bytes.subarray(from, at), number, end, isWhole: true };
      from = at + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield { line: rest, number: number + 1, end: end + rest.length, isWhole: false };
}
