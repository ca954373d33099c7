import { sha256 } from '../../../shared/evidence.ts';

/**
 * A file of the audit: an opening line, then sections. A section is a block (header and entries),
 * its attachments (records, campaigns, their editions and clients, campaigns that are gone, fleet,
 * removed clients, releases, revoked tokens, evidence, and what `control-lines.ts` names: the first
 * key of each line says which), and a seal line. The seal names the block's head, which the next
 * block continues. The head covers every line of the section; that of a file's first block covers
 * the opening line, too. Since format 3 it covers the entries by a tree of hashes, so that one of
 * them is proved without the others (`tree.ts`); in format 2 it is one hash over all lines.
 *
 * In format 1 a head covers header and entries only. There the seal also names the running hash of
 * the file, which covers all lines, and which anybody can compute again.
 */
export type LineKind =
  | 'audit'
  | 'block'
  | 'entry'
  | 'record'
  | 'campaign'
  | 'gone'
  | 'picks'
  | 'left'
  | 'edition'
  | 'fleet'
  | 'tokens'
  | 'removed'
  | 'release'
  | 'evidence'
  | 'schedule'
  | 'request'
  | 'limits'
  | 'hook'
  | 'remediations'
  | 'stepTimes'
  | 'seal';

const kinds: readonly LineKind[] = [
  'entry',
  'record',
  'evidence',
  'block',
  'seal',
  'campaign',
  'gone',
  'picks',
  'left',
  'edition',
  'fleet',
  'tokens',
  'removed',
  'release',
  'schedule',
  'request',
  'limits',
  'hook',
  'remediations',
  'stepTimes',
  'audit',
];
const marks = kinds.map((kind) => ({ kind, mark: Buffer.from(`{"${kind}":`) }));

/** The kind of a line, by its first key; null for what is no line of an audit file. */
export function kindOf(line: Buffer): LineKind | null {
  const found = marks.find(({ mark }) => line.subarray(0, mark.length).equals(mark));
  return found?.kind ?? null;
}

export interface Opening {
  /** Version of this format. */
  readonly audit: 1 | 2 | 3;
  readonly prefix: string;
  readonly shard: number;
  readonly shards: number;
  readonly servpack: string;
  /** `endHash` of the file before this one; null = the first file in its folder. */
  readonly follows: string | null;
}

/** In format 1 the line ends with its own hash. */
export const openingLine = (opening: Opening): string =>
  JSON.stringify(opening.audit === 1 ? { ...opening, file: sha256(JSON.stringify(opening)) } : opening);

export interface Seal {
  readonly seal: number;
  readonly head: string;
  /** How many lines the section has before this one. */
  readonly lines: number;
  /**
   * Format 1: the running hash, SHA-256 over the previous one, every line of the section, and the
   * head.
   */
  readonly file?: string | undefined;
}

/** Versions that know format 1 only must not take a line of format 2 for one of theirs. */
export const sealLine = ({ seal, head, lines, file }: Seal): string =>
  JSON.stringify(file === undefined ? { seal, lines, head } : { seal, head, lines, file });

/** What names a file up to this seal: in format 1 the running hash. */
export const endHash = ({ head, file }: Seal): string => file ?? head;

/** Null when the line is not byte for byte what `openingLine` writes. */
export function openingOf(line: string): Opening | null {
  const read = parsed(line) as Opening | null;
  if (read?.audit !== 1 && read?.audit !== 2 && read?.audit !== 3) return null;
  const { audit, prefix, shard, shards, servpack, follows } = read;
  const opening = { audit, prefix, shard, shards, servpack, follows };
  return openingLine(opening) === line ? opening : null;
}

/** Null when the line is not byte for byte what `sealLine` writes. */
export function sealOf(line: string): Seal | null {
  const read = parsed(line) as Seal | null;
  return read !== null && sealLine(read) === line ? read : null;
}

/** The JSON value of a line; null when it is no JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
