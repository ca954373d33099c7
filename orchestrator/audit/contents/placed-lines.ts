import { createReadStream } from 'node:fs';
import { splitLines } from '../format/split-lines.ts';

/**
 * The lines of a part of a file, which begins and ends with a line.
 * @param until in bytes, behind its last line end
 */
export async function* linesIn(path: string, from: number, until: number): AsyncGenerator<Buffer> {
  if (until <= from) return;
  // The loop turns after each chunk.
  const chunks = createReadStream(path, { start: from, end: until - 1, highWaterMark: 128 * 1024 });
  for await (const { line, isWhole } of splitLines(chunks)) if (isWhole) yield line;
}
