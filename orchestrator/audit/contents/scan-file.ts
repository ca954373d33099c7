import { createReadStream } from 'node:fs';
import type { BlockHeader } from '../format/block.ts';
import { splitLines } from '../format/split-lines.ts';
import { filterOf, hashOf } from './name-filter.ts';

/** An entry that is about no single client. Offsets are bytes in the file. */
export interface PlacedEntry {
  /** Empty = of no campaign either. */
  readonly campaign: string;
  readonly at: number;
  readonly bytes: number;
}

/** Where a block stands in its file, and what is in it. Offsets are bytes in the file. */
export interface PlacedBlock extends Pick<
  BlockHeader,
  'block' | 'first' | 'last' | 'servpack' | 'campaigns'
> {
  readonly at: number;
  readonly entriesAt: number;
  /** Where its entries end. */
  readonly attachmentsAt: number;
  readonly end: number;
  /** Its clients and the texts of evidence that stand in it; null = not known any longer. */
  readonly names: Uint8Array | null;
  readonly ofNoClient: readonly PlacedEntry[];
}

/** A part of a file that has been read. */
export interface ScannedPart {
  readonly blocks: readonly PlacedBlock[];
  /** Behind the last line that seals a block: what stands before it never changes. */
  readonly end: number;
  /** The bytes of that line, without its line end; null = no block is sealed in this part. */
  readonly sealLine: string | null;
  /** Nothing more is sealed in the file. */
  readonly isEnd: boolean;
}

/** Which part of which file. */
export interface PartToScan {
  readonly path: string;
  /** Where a line begins. */
  readonly from: number;
  /** The part ends with the first seal after so many bytes. */
  readonly bytesAtMost: number;
}

/** The loop turns after so many bytes. */
const bytesAtOnce = 128 * 1024;

/** Reads from a part of an audit file what stands where. Nothing is verified. */
export async function scanFile({ path, from, bytesAtMost }: PartToScan): Promise<ScannedPart> {
  const blocks: PlacedBlock[] = [];
  let [end, sealLine, open]: [number, string | null, OpenBlock | null] = [from, null, null];
  const chunks = createReadStream(path, { start: from, highWaterMark: bytesAtOnce });
  for await (const { line, end: after, isWhole } of splitLines(chunks)) {
    if (!isWhole) break;
    const behind = from + after;
    const at = behind - line.length - 1;
    if (startsWith(line, blockMark)) {
      if (open !== null) blocks.push(closed(open, at));
      open = opened(line, at, behind);
    } else if (open !== null && startsWith(line, entryMark)) {
      noteEntry(open, line, at, behind);
    } else if (open !== null && startsWith(line, evidenceMark)) {
      noteName(open, line, evidenceMark.length - 1);
    } else if (open !== null && startsWith(line, sealMark)) {
      blocks.push(closed(open, behind));
      [end, sealLine, open] = [behind, line.toString('latin1'), null];
      if (end - from >= bytesAtMost) return { blocks, end, sealLine, isEnd: false };
    }
  }
  // What comes after the last seal is read again, with its seal.
  return { blocks: blocks.filter(({ at }) => at < end), end, sealLine, isEnd: true };
}

interface OpenBlock {
  readonly header: BlockHeader;
  readonly at: number;
  readonly entriesAt: number;
  attachmentsAt: number;
  readonly names: Set<number>;
  readonly ofNoClient: PlacedEntry[];
}

const blockMark = Buffer.from('{"block":');
const entryMark = Buffer.from('{"entry":');
const evidenceMark = Buffer.from('{"evidence":"');
const sealMark = Buffer.from('{"seal":');
/** In a text its quotes would be escaped. */
const clientMark = Buffer.from('"client":"');

/** One comparison of a byte rules out most lines. */
const startsWith = (line: Buffer, mark: Buffer): boolean =>
  line[3] === mark[3] && line.subarray(0, mark.length).equals(mark);

const opened = (line: Buffer, at: number, behind: number): OpenBlock => ({
  header: JSON.parse(line.toString('utf8')) as BlockHeader,
  at,
  entriesAt: behind,
  attachmentsAt: behind,
  names: new Set(),
  ofNoClient: [],
});

function closed({ header, names, ...places }: OpenBlock, end: number): PlacedBlock {
  const { block, first, last, servpack, campaigns } = header;
  return { block, first, last, servpack, campaigns, ...places, end, names: filterOf(names) };
}

function noteEntry(open: OpenBlock, line: Buffer, at: number, behind: number): void {
  open.attachmentsAt = behind;
  const named = line.indexOf(clientMark);
  if (named >= 0) return noteName(open, line, named + clientMark.length - 1);
  const { campaign = '' } = JSON.parse(line.toString('utf8')) as { readonly campaign?: string };
  open.ofNoClient.push({ campaign, at, bytes: line.length });
}

const [quote, backslash] = [0x22, 0x5c];

/** Notes a text of JSON with its quotes, as `nameHash` has it. */
function noteName({ names }: OpenBlock, line: Buffer, from: number): void {
  let end = from + 1;
  while (end < line.length && line[end] !== quote) end += line[end] === backslash ? 2 : 1;
  names.add(hashOf(line.subarray(from, end + 1)));
}

/** The hash of a client's name, or of the SHA-256 of evidence. */
export const nameHash = (name: string): number => hashOf(Buffer.from(JSON.stringify(name)));
