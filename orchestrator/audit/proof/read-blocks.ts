import { createReadStream } from 'node:fs';
import { type BlockHeader, openHead } from '../format/block.ts';
import { kindOf, type Opening, openingOf } from '../format/file-lines.ts';
import { attachmentsMark } from '../format/section-hash.ts';
import { splitLines } from '../format/split-lines.ts';
import { type ReadBlock, takeLine } from './assemble-proof.ts';

interface Reading {
  readonly opening: string | null;
  readonly header: string;
  readonly leaves: string[];
  readonly own: { place: number; line: string }[];
  readonly beside: ReturnType<typeof openHead>;
  readonly block: number;
}

/**
 * Reads the named blocks of format 3. A number is there twice where a block took the place of one
 * that a crash left.
 * @param isOwn whether a line, which is an entry, is one of the client
 */
export async function readBlocks(
  files: readonly string[],
  wanted: ReadonlySet<number>,
  isOwn: (line: Buffer) => boolean,
): Promise<ReadonlyMap<number, readonly ReadBlock[]>> {
  const found = new Map<number, ReadBlock[]>();
  for (const file of files) {
    let opening: Opening | null = null;
    let openingText: string | null = null;
    let reading: Reading | null = null;
    for await (const { line, number, isWhole } of splitLines(
      createReadStream(file, { highWaterMark: 1024 * 1024 }),
    )) {
      if (number === 1) {
        openingText = line.toString('utf8');
        opening = openingOf(openingText);
      }
      if (!isWhole || opening?.audit !== 3) break;
      const kind = kindOf(line);
      if (kind === 'block') {
        const header = line.toString('utf8');
        const { block } = JSON.parse(header) as BlockHeader;
        const before: string | null = openingText;
        openingText = null;
        reading = wanted.has(block)
          ? { opening: before, header, block, leaves: [], own: [], beside: openHead(attachmentsMark) }
          : null;
      } else if (reading === null) continue;
      else if (kind === 'entry') takeLine(reading, line, isOwn(line));
      else if (kind !== 'seal') reading.beside.take(line);
      else {
        const { block, beside, ...read } = reading;
        found.set(block, [...(found.get(block) ?? []), { ...read, attachments: beside.end() }]);
        reading = null;
      }
    }
  }
  return found;
}
