import { sha256 } from '../../../shared/evidence.ts';
import type { BlockHeader } from './block.ts';
import { compareIds, whyNoId } from './entry-id.ts';
import { entryOf } from './entry-line.ts';
import {
  endHash,
  kindOf,
  type Opening,
  openingOf,
  parsed,
  type Seal,
  sealLine,
  sealOf,
} from './file-lines.ts';
import { openSection, type SectionHash } from './section-hash.ts';
import type { FileLine } from './split-lines.ts';

/** A place of a file that is not as servpack wrote it. */
export interface AuditFault {
  readonly file: string;
  /** From 1; 0 = the file as a whole. */
  readonly line: number;
  /** Null outside every block. */
  readonly block: number | null;
  readonly says: string;
}

/** A block as a file holds it. */
export interface FoundBlock extends Omit<BlockHeader, 'campaigns' | 'servpack'> {
  readonly head: string;
  /** Its first line. */
  readonly header: string;
  readonly file: string;
  readonly line: number;
  /** Policy time of its last entry. */
  readonly lastAt: number;
  /** Whether its head covers the lines beside its entries, too; false in format 1. */
  readonly coversAll: boolean;
  /** Whether its head covers the entries by a tree, and its header names earlier blocks. */
  readonly hasTree: boolean;
}

export interface FileVerdict {
  readonly file: string;
  readonly opening: Opening | null;
  readonly blocks: readonly FoundBlock[];
  readonly entries: number;
  readonly faults: readonly AuditFault[];
  /** The end of the last whole section, and `endHash` there; '' = no section is whole. */
  readonly whole: { readonly end: number; readonly hash: string };
  /** First line of an unfinished section at the end; null = none. */
  readonly tornAt: number | null;
}

/** Takes a file of the audit line by line and says whether it is as servpack wrote it. */
export interface FileVerifier {
  take(line: FileLine): void;
  end(): FileVerdict;
}

interface Section {
  readonly line: number;
  readonly header: BlockHeader;
  readonly text: string;
  readonly hash: SectionHash;
  lines: number;
  entries: number;
  lastId: string;
  lastAt: number;
  isPastEntries: boolean;
}

/** @param now real time, in ms: no entry can have an id of later */
export function verifyFile(file: string, now: number): FileVerifier {
  const faults: AuditFault[] = [];
  const blocks: FoundBlock[] = [];
  let whole = { end: 0, hash: '' };
  // In an object, because closures change it.
  const at: { opening: Opening | null; section: Section | null } = { opening: null, section: null };
  let entries = 0;
  let tornAt: number | null = null;
  const blame = (line: number, says: string): void =>
    void faults.push({ file, line, block: at.section?.header.block ?? null, says });

  const open = ({ line, number, end }: FileLine): void => {
    const read = openingOf(line.toString('utf8'));
    if (read === null) return blame(number, 'the first line is not that of an audit file, or was changed');
    at.opening = read;
    whole = { end, hash: '' };
  };

  const beginBlock = ({ line, number }: FileLine): void => {
    if (at.section !== null) blame(number, `block ${at.section.header.block} has no seal`);
    const header = headerOf(line);
    if (header === null || at.opening === null) return blame(number, 'this is no beginning of a block');
    if (header.shard !== at.opening.shard)
      blame(number, `a block of shard ${header.shard} in a file of another`);
    const hash = openSection(at.opening, header.previous, whole.hash === '' ? null : whole.hash);
    hash.takeEntry(line);
    at.section = newSection(number, header, line.toString('utf8'), hash);
  };

  const takeEntry = (current: Section, { line, number }: FileLine): void => {
    if (current.isPastEntries) blame(number, 'an entry stands outside the entries of its block');
    current.hash.takeEntry(line);
    const wrong = addEntry(current, line, now);
    if (wrong !== null) blame(number, wrong);
    entries += 1;
  };

  const endBlock = (current: Section, { line, number, end }: FileLine): void => {
    const { header } = current;
    const seal = sealOf(line.toString('utf8'));
    const { head, file: running } = current.hash.end();
    const expected: Seal = { seal: header.block, head, lines: current.lines, file: running };
    if (current.entries !== header.count)
      blame(number, `${current.entries} entries, the block says ${header.count}`);
    if (current.lastId !== header.last) blame(number, `ends with ${current.lastId}, not with ${header.last}`);
    if (seal === null || sealLine(seal) !== sealLine(expected))
      blame(number, whyBroken(current, seal, expected));
    const { campaigns: _c, servpack: _s, ...found } = header;
    const { text, lastAt } = current;
    const coversAll = at.opening?.audit !== 1;
    const hasTree = at.opening?.audit === 3;
    blocks.push({ ...found, header: text, head, file, line: current.line, lastAt, coversAll, hasTree });
    // The next section continues from the hash that the seal names, so one broken block does not
    // break every later one.
    whole = { end, hash: endHash(seal ?? expected) };
    at.section = null;
  };

  return {
    take: (next) => {
      if (tornAt !== null) return;
      if (!next.isWhole) {
        tornAt = at.section === null ? next.number : at.section.line;
        return;
      }
      if (next.number === 1) return open(next);
      // How the lines were hashed is not known.
      if (at.opening === null) return;
      const kind = kindOf(next.line);
      if (kind === 'block') return beginBlock(next);
      if (at.section === null) return blame(next.number, 'a line outside every block');
      if (kind === 'seal') return endBlock(at.section, next);
      at.section.lines += 1;
      if (kind === 'entry') return takeEntry(at.section, next);
      at.section.hash.takeAttachment(next.line);
      at.section.isPastEntries = true;
      const wrong =
        kind === null || kind === 'audit' ? 'not a line of an audit file' : whyWrong(kind, next.line);
      if (wrong !== null) blame(next.number, wrong);
    },
    end: () => {
      if (at.section !== null && tornAt === null) tornAt = at.section.line;
      // The opening line is written together with the first block.
      if (blocks.length === 0 && faults.length === 0) tornAt ??= 1;
      return { file, opening: at.opening, blocks, entries, faults, whole, tornAt };
    },
  };
}

function headerOf(line: Buffer): BlockHeader | null {
  const read = parsed(line.toString('utf8')) as BlockHeader | null;
  return read !== null && Number.isSafeInteger(read.block) && typeof read.previous === 'string' ? read : null;
}

function newSection(line: number, header: BlockHeader, text: string, hash: SectionHash): Section {
  return {
    line,
    header,
    text,
    hash,
    lines: 1,
    entries: 0,
    lastId: '',
    lastAt: 0,
    isPastEntries: false,
  };
}

function addEntry(section: Section, line: Buffer, now: number): string | null {
  try {
    const entry = entryOf(line.toString('utf8'), section.header.servpack);
    const before = section.lastId;
    section.entries += 1;
    section.lastId = entry.id;
    section.lastAt = entry.at;
    const noId = whyNoId(entry.id, now);
    if (noId !== null) return noId;
    if (before === '') return entry.id === section.header.first ? null : 'not the first entry of its block';
    return compareIds(before, entry.id) < 0 ? null : `entry ${entry.id} after ${before}`;
  } catch {
    section.entries += 1;
    return 'this entry cannot be read';
  }
}

function whyBroken({ line }: Section, seal: Seal | null, expected: Seal): string {
  const lines = `lines ${line} to ${line + expected.lines}`;
  if (seal === null) return `its seal was changed (${lines})`;
  if (seal.head !== expected.head)
    return `its ${expected.file === undefined ? 'lines' : 'entries'} are not those that were sealed (${lines})`;
  if (seal.seal !== expected.seal || seal.lines !== expected.lines)
    return `its seal is that of another block, or lines are missing (${lines})`;
  return `its attachments were changed, or a line before them (${lines})`;
}

/** Evidence is proved by its own hash, every other attachment by the seal. */
function whyWrong(kind: string, line: Buffer): string | null {
  if (kind !== 'evidence') return null;
  const read = parsed(line.toString('utf8')) as { evidence?: unknown; text?: unknown } | null;
  return typeof read?.text === 'string' && sha256(read.text) === read.evidence
    ? null
    : 'this evidence is not what its SHA-256 says';
}
