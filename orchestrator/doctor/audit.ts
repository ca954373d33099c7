import { statSync } from 'node:fs';
import { reasonOf } from '../../shared/reason-of.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Archive } from '../audit/archive.ts';
import { firstBlock, type FileTail, readTail } from '../audit/file-tail.ts';
import { writtenHead, writtenUpTo } from '../audit/known-heads.ts';
import { verifyPath } from '../audit/verify.ts';
import type { SealState } from '../../shared/store/seal-store.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { broken, type Check, fine, warning } from './check.ts';

/** `audit verify` reads larger files. */
const verifiedBytesAtMost = 64 * 1024 * 1024;

/** Sealing takes a second. Entries that are older than this wait for something. */
const sealedWithinMs = 60_000;

/**
 * Checks each shard: is everything sealed, are the files without a hole, do they end where Redis
 * says, and is the newest one unchanged?
 */
export async function checkAudit(
  store: OperatorStore,
  archive: Archive | undefined,
): Promise<readonly Check[]> {
  if (archive === undefined) return [];
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  return (await Promise.all(shards.map((shard) => checkShard(store, archive, shard)))).flat();
}

async function checkShard(store: OperatorStore, archive: Archive, shard: number): Promise<readonly Check[]> {
  const state = await store.readSeal(shard);
  const found = [
    ...(await unsealedChecks(store, shard, state)),
    ...(await fileChecks(store, archive.files(shard), shard, state)),
  ];
  if (found.length > 0) return found;
  const says = state.head === null ? 'nothing was sealed yet' : `block ${state.head.number} is the newest`;
  return [fine('audit', `shard ${shard}: ${says}, as in Redis`)];
}

/** A sealer that waits for a disk, a lock or a person leaves entries behind that only Redis has. */
async function unsealedChecks(
  store: OperatorStore,
  shard: number,
  state: SealState,
): Promise<readonly Check[]> {
  const [oldest] = await store.auditAfter(shard, writtenUpTo(state), 1);
  const since = Number.parseInt(oldest?.id ?? '', 10);
  if (oldest === undefined || (await store.readTime()) - since < sealedWithinMs) return [];
  return [
    warning(
      'audit',
      `shard ${shard}: what was done since ${isoOf(oldest.at)} is in no file yet`,
      'it is kept in Redis only',
      "the orchestrator's log says why; mostly its disk",
    ),
  ];
}

async function fileChecks(
  store: OperatorStore,
  files: readonly string[],
  shard: number,
  before: SealState,
): Promise<readonly Check[]> {
  const known = writtenHead(shard, before)?.block ?? 0;
  const newest = files.at(-1);
  try {
    const spans = await Promise.all(files.map(spanOf));
    const tail = spans.at(-1)?.tail ?? null;
    // Read after the file: a block is a head in Redis before it is whole in a file.
    const after = await store.readSeal(shard);
    const holes = holesIn(spans, known).map((hole) => holeCheck(shard, hole));
    const others = tail === null ? [] : otherHeadCheck(shard, files.at(-1) ?? '', tail, after);
    const faults = newest === undefined ? [] : await changedChecks(newest, await store.readTime());
    return [...holes, ...others, ...faults];
  } catch (error) {
    return [
      broken(
        'audit',
        `shard ${shard}: a file cannot be read: ${reasonOf(error)}`,
        'the past cannot be proved',
        'servpack audit verify; chown or chmod the file',
      ),
    ];
  }
}

interface Span {
  readonly first: number | null;
  readonly tail: FileTail | null;
}

const spanOf = async (file: string): Promise<Span> => ({
  first: await firstBlock(file),
  tail: await readTail(file),
});

type Hole = readonly [from: number, to: number];

/** Blocks that Redis knows as written and that lie before, between or after the files. */
function holesIn(spans: readonly Span[], known: number): readonly Hole[] {
  const holes: Hole[] = [];
  let end = 0;
  for (const { first, tail } of spans) {
    if (first === null || tail === null) continue;
    if (first > end + 1) holes.push([end + 1, first - 1]);
    end = Math.max(end, tail.block.number);
  }
  if (end < known) holes.push([end + 1, known]);
  return holes;
}

const holeCheck = (shard: number, [from, to]: Hole): Check =>
  warning(
    'audit',
    `shard ${shard}: ${from === to ? `block ${from} is` : `blocks ${from} to ${to} are`} not in this folder`,
    'they are in the folder of another orchestrator, were moved away, or were taken away',
    'servpack audit verify with the files of all orchestrators',
  );

/** The newest block of the files, beside what Redis says of the same block. */
function otherHeadCheck(shard: number, file: string, { block }: FileTail, state: SealState): Check[] {
  const number = state.head?.number ?? 0;
  const head = [writtenHead(shard, state)?.head, state.head?.head];
  const isNewest = block.number === number || block.number === writtenHead(shard, state)?.block;
  const says =
    block.number > number
      ? `shard ${shard}: ${file} has block ${block.number}, Redis knows only block ${number}`
      : isNewest && !head.includes(block.head)
        ? `shard ${shard}: block ${block.number} has another hash in Redis than in ${file}`
        : null;
  if (says === null) return [];
  return [
    broken(
      'audit',
      says,
      'Redis went back, or the file was changed: one of them proves nothing',
      'keep the file, and compare with the heads in the log: servpack audit verify FILES --heads LOG',
    ),
  ];
}

async function changedChecks(file: string, now: number): Promise<readonly Check[]> {
  if (statSync(file).size > verifiedBytesAtMost)
    return [fine('audit', `${file} is large; servpack audit verify reads it`)];
  const { faults } = await verifyPath(file, now);
  return faults
    .slice(0, 1)
    .map(({ line, says }) =>
      broken(
        'audit',
        `${file}:${line}: ${says}`,
        'from there on it proves nothing',
        'servpack audit verify; keep the file, and compare with the heads in the log',
      ),
    );
}
