import type { FileContents } from '../contents/audit-contents.ts';
import { linesIn } from '../contents/placed-lines.ts';
import type { PlacedBlock } from '../contents/scan-file.ts';
import { openHead } from '../format/block.ts';
import { kindOf, openingOf } from '../format/file-lines.ts';
import { attachmentsMark } from '../format/section-hash.ts';
import { type ReadBlock, takeLine } from './assemble-proof.ts';

/**
 * Reads the named blocks of format 3. A number is there twice where a block took the place of one
 * that a crash left.
 * @param isOwn whether a line, which is an entry, is one of the client
 * @param gone aborted = nobody waits; rejects with its reason
 */
export async function readBlocks(
  files: readonly FileContents[],
  wanted: ReadonlySet<number>,
  isOwn: (line: Buffer) => boolean,
  gone?: AbortSignal,
): Promise<ReadonlyMap<number, readonly ReadBlock[]>> {
  const found = new Map<number, ReadBlock[]>();
  for (const { path, blocks } of files) {
    const asked = blocks.filter(({ block }) => wanted.has(block));
    const [first] = blocks;
    if (asked.length === 0 || first === undefined) continue;
    const opening = await openingIn(path, first);
    if (openingOf(opening)?.audit !== 3) continue;
    for (const block of asked) {
      gone?.throwIfAborted();
      const read = await readBlock(path, block, block === first ? opening : null, isOwn);
      found.set(block.block, [...(found.get(block.block) ?? []), read]);
    }
  }
  return found;
}

async function openingIn(path: string, first: PlacedBlock): Promise<string> {
  for await (const line of linesIn(path, 0, first.at)) return line.toString('utf8');
  return '';
}

async function readBlock(
  path: string,
  { at, end }: PlacedBlock,
  opening: string | null,
  isOwn: (line: Buffer) => boolean,
): Promise<ReadBlock> {
  const read = { leaves: [] as string[], own: [] as { place: number; line: string }[] };
  const attachments = openHead(attachmentsMark);
  let header = '';
  for await (const line of linesIn(path, at, end)) {
    const kind = kindOf(line);
    if (kind === 'block') header = line.toString('utf8');
    else if (kind === 'entry') takeLine(read, line, isOwn(line));
    else if (kind !== 'seal') attachments.take(line);
  }
  return { opening, header, ...read, attachments: attachments.end() };
}
