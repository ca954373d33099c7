import type { Logger } from 'pino';
import { type Block, makeBlock, remakeBlock } from './format/block.ts';
import { compareIds } from './format/entry-line.ts';
import { beforeAll, type KeptEntry, type SealedHead, type SealState } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { servpackVersion } from '../../shared/version.ts';
import { type Archive, FileBusy } from './archive.ts';
import { attachmentsOf, evidenceIn } from './attachments.ts';

export interface SealerOptions {
  readonly store: Store;
  readonly archive: Archive;
  readonly log: Logger;
  /** So many of the newest entries of each shard stay in Redis after they were written. */
  readonly keep: number;
  /** Most entries of a block; 1,000 when not given. */
  readonly entriesAtMost?: number;
}

export interface Sealer {
  /**
   * Seals and writes every entry so far, and finishes what an earlier run or another orchestrator
   * left unfinished.
   */
  round(): Promise<void>;
}

/** Real time that another orchestrator may keep a file of the audit before this is an error. */
const busyAtMostMs = 60_000;

/**
 * A run ends after so many blocks of a shard: the other shards wait for it, and so does a process
 * that stops or no longer leads. During a campaign there is always another entry by the time a
 * block is on the disk.
 */
const blocksAtMost = 20;

/**
 * Seal heads go to the log at most this often (real time): enough to compare with, wherever the
 * log is shipped to.
 */
const logEveryMs = 10_000;

/**
 * Seals the audit, one chain per shard: the head moves in Redis, the block goes to the file, and
 * only then the block counts as written. After a crash in between the next run makes the same
 * block again, because a block is a pure function of its entries.
 */
export function openSealer(options: SealerOptions): Sealer {
  const logged = new Map<number, { readonly at: number; readonly block: number }>();
  const logHead = (shard: number, head: SealedHead | null): void => {
    const last = logged.get(shard);
    const isEarly = last !== undefined && performance.now() - last.at < logEveryMs;
    if (head === null || head.number === last?.block || isEarly) return;
    logged.set(shard, { at: performance.now(), block: head.number });
    options.log.info({ shard, block: head.number, head: head.head }, 'audit sealed');
  };
  const patience = openPatience(options.log);
  return {
    round: async () => {
      const shards = await options.store.shards();
      for (let shard = 0; shard < shards; shard += 1)
        logHead(shard, await patience(shard, () => sealShard(options, shard)));
    },
  };
}

/**
 * After a change of the leader the former leader may still be writing its last block. The files
 * are whole all the same, and the next run continues. Only a process that keeps the file for long
 * is an error. Other shards do not wait for it.
 */
function openPatience(log: Logger) {
  const busySince = new Map<number, number>();
  return async (shard: number, work: () => Promise<SealedHead | null>): Promise<SealedHead | null> => {
    try {
      const head = await work();
      busySince.delete(shard);
      return head;
    } catch (error) {
      if (!(error instanceof FileBusy)) throw error;
      const since = busySince.get(shard) ?? performance.now();
      if (performance.now() - since > busyAtMostMs) throw error;
      if (!busySince.has(shard)) log.warn({ shard }, `${error.message}; waits for it`);
      busySince.set(shard, since);
      return null;
    }
  };
}

/** @returns the head of the chain, when it is known to stand in a file */
async function sealShard(options: SealerOptions, shard: number): Promise<SealedHead | null> {
  const { store, keep } = options;
  await catchUp(options, shard);
  for (let blocks = 0; blocks < blocksAtMost; blocks += 1) {
    const isMore = await sealNext(options, shard);
    await store.trimAudit(shard, keep);
    if (!isMore) break;
  }
  const state = await store.readSeal(shard);
  return isHalfDone(state) ? null : state.head;
}

/**
 * @returns whether another block follows at once; entries after a block that was not full wait for
 * the next run
 */
async function sealNext(options: SealerOptions, shard: number): Promise<boolean> {
  const { store, entriesAtMost = 1_000 } = options;
  const state = await store.readSeal(shard);
  if (isHalfDone(state)) {
    await finishAgain(options, shard, state.head);
    return true;
  }
  const entries = await store.auditAfter(shard, state.head?.last ?? beforeAll, entriesAtMost);
  if (entries.length === 0) return false;
  const block = makeBlock(state.head, entries, {
    shard,
    servpack: servpackVersion,
    campaigns: await hashesOf(store, entries),
  });
  // When another orchestrator was faster, the next run continues from its block.
  if (await store.moveSeal(shard, state.head, block.sealed)) await finish(options, shard, block);
  return entries.length === entriesAtMost;
}

/**
 * A Redis that lost its last second (a crash with AOF everysec, a failover) may know less of the
 * chain than the file. The chain continues from the file; the entries that Redis still has are in
 * the file already.
 */
async function catchUp({ store, archive, log }: SealerOptions, shard: number): Promise<void> {
  const [{ head }, newest] = [await store.readSeal(shard), await archive.newest(shard)];
  if (newest === null || newest.number <= (head?.number ?? 0)) return;
  log.warn(
    { shard, inRedis: head?.number ?? 0, inFile: newest.number },
    'Redis went back; the audit goes on from its file',
  );
  if (head !== null) await store.markWritten(shard, head.number, []);
  if (await store.moveSeal(shard, head, newest)) await store.markWritten(shard, newest.number, []);
}

const isHalfDone = (state: SealState): state is SealState & { readonly head: SealedHead } =>
  state.head !== null && state.written < state.head.number;

async function finish({ store, archive }: SealerOptions, shard: number, block: Block): Promise<void> {
  await archive.append(shard, block, attachmentsOf(store, shard, block.entries));
  await store.markWritten(shard, block.number, evidenceIn(block.entries));
}

/** Makes the block of an unfinished round again, and finishes it. */
async function finishAgain(options: SealerOptions, shard: number, sealed: SealedHead): Promise<void> {
  const { store, archive } = options;
  const { count } = JSON.parse(sealed.header) as { readonly count: number };
  const after = await store.auditAfter(shard, sealed.after, count);
  const entries = after.filter(({ id }) => compareIds(id, sealed.last) <= 0);
  const block = remakeBlock(sealed, entries);
  if (block !== null) return finish(options, shard, block);
  const newest = await archive.newest(shard);
  if (newest?.head === sealed.head) return store.markWritten(shard, sealed.number, []);
  throw new Error(
    `block ${sealed.number} of shard ${shard} is in no file here, and its entries are not in Redis`,
  );
}

/** SHA-256 of the file of each campaign that the entries name. */
async function hashesOf(
  store: Store,
  entries: readonly KeptEntry[],
): Promise<Readonly<Record<string, string>>> {
  const names = [...new Set(entries.map(({ campaign }) => campaign))].filter((name) => name !== '').sort();
  const records = await Promise.all(names.map((name) => store.readCampaign(name)));
  return Object.fromEntries(names.map((name, at) => [name, records[at]?.campaign.definition.hash ?? '']));
}
