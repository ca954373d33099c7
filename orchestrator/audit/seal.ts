import type { Logger } from 'pino';
import { draftBlock, headerIn } from './format/block.ts';
import { compareIds } from './format/entry-id.ts';
import type { KeptEntry, SealedHead, SealState } from '../../shared/store/seal-store.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import { reasonOf, systemCodeOf } from '../../shared/reason-of.ts';
import { servpackVersion } from '../../shared/version.ts';
import { type Archive, FileBusy } from './archive.ts';
import { attachmentsOf, evidenceIn, isCampaignRemoval } from './attachments.ts';
import { fileHashes } from './file-hash.ts';
import { catchUp, trustRun } from './catch-up.ts';
import { sealedMessage, writtenUpTo } from './known-heads.ts';

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
   * @returns whether the next run must follow though nothing new was written: more is left, or
   * another process keeps a file
   */
  round(): Promise<boolean>;
  /**
   * Why the last run could not write the audit, without names of folders; null = it could;
   * undefined = there was no run yet, so nobody knows.
   */
  trouble(): string | null | undefined;
  /** Another orchestrator leads and writes the audit: whatever was wrong here is over. */
  rest(): void;
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
 * Seals the audit, one chain per shard: the block goes to the file, the head moves in Redis, the
 * file gets the block's seal line, and only then the block counts as written. After a crash in
 * between a head that stands in no file here is replaced by the block that the next run makes.
 */
export function openSealer(options: SealerOptions): Sealer {
  const logged = new Map<number, { readonly at: number; readonly block: number }>();
  const logHead = (shard: number, head: SealedHead | null): void => {
    const last = logged.get(shard);
    const isEarly = last !== undefined && performance.now() - last.at < logEveryMs;
    if (head === null || head.number === last?.block || isEarly) return;
    logged.set(shard, { at: performance.now(), block: head.number });
    options.log.info({ shard, block: head.number, head: head.head }, sealedMessage);
  };
  const patience = openPatience(options.log);
  let trouble: string | null | undefined;
  return {
    trouble: () => trouble,
    rest: () => {
      trouble = undefined;
    },
    round: async () => {
      const shards = await options.store.shards();
      const failed: unknown[] = [];
      let isMore = false;
      for (let shard = 0; shard < shards; shard += 1) {
        try {
          const sealed = await patience(shard, () => sealShard(options, shard));
          logHead(shard, sealed.head);
          isMore ||= sealed.isMore;
        } catch (error) {
          // A file that cannot be used keeps no other shard from its own. Without Redis each of
          // them would only wait.
          if (error instanceof StoreUnavailable) throw error;
          failed.push(error);
        }
      }
      trouble = failed.length > 0 ? troubleIn(failed[0]) : null;
      if (failed.length > 0) throw failed[0];
      return isMore;
    },
  };
}

/**
 * The kind of the error alone: its message names folders, and health is open to all. The lock of a
 * file is SQLite's, which says in words of its own that a disk is full.
 */
function troubleIn(error: unknown): string {
  const { errstr } = error as { readonly errstr?: unknown };
  if (typeof errstr === 'string') return errstr;
  return systemCodeOf(error) === null ? 'the log of this orchestrator says why' : reasonOf(error);
}

/**
 * After a change of the leader the former leader may still be writing its last block. The files
 * are whole all the same, and the next run continues. Only a process that keeps the file for long
 * is an error. Other shards do not wait for it.
 */
function openPatience(log: Logger) {
  const busySince = new Map<number, number>();
  return async (shard: number, work: () => Promise<Sealed>): Promise<Sealed> => {
    try {
      const sealed = await work();
      busySince.delete(shard);
      return sealed;
    } catch (error) {
      if (!(error instanceof FileBusy)) throw error;
      const since = busySince.get(shard) ?? performance.now();
      if (performance.now() - since > busyAtMostMs) throw error;
      if (!busySince.has(shard)) log.warn({ shard }, `${error.message}; waits for it`);
      busySince.set(shard, since);
      return { head: null, isMore: true };
    }
  };
}

interface Sealed {
  /** The head of the chain, when it is known to stand in a file. */
  readonly head: SealedHead | null;
  /** Not everything is sealed yet. */
  readonly isMore: boolean;
}

async function sealShard(options: SealerOptions, shard: number): Promise<Sealed> {
  const { store, keep } = options;
  const before = await catchUp(options, shard);
  let isMore = true;
  let isTrimmed = true;
  for (let blocks = 0; isMore && blocks < blocksAtMost; blocks += 1) {
    isMore = await sealNext(options, shard);
    isTrimmed = (await store.trimAudit(shard, keep)) === 0;
  }
  const state = await store.readSeal(shard);
  if (isHalfDone(state)) return { head: null, isMore: true };
  isMore ||= !isTrimmed;
  if (state.head === null) return { head: null, isMore };
  // A head that moved was noted together with its server.
  if (state.head.number === before) await trustRun(store, shard, state.head);
  return { head: state.head, isMore };
}

/**
 * @returns whether another block follows at once; entries after a block that was not full wait for
 * the next run
 */
async function sealNext(options: SealerOptions, shard: number): Promise<boolean> {
  const { store, archive, entriesAtMost = 1_000 } = options;
  const state = await store.readSeal(shard);
  const { head } = state;
  const isWritten = !isHalfDone(state);
  if (head !== null && !isWritten && (await archive.newest(shard))?.head === head.head) {
    await markEverything(store, shard, head);
    return true;
  }
  const read = await store.entriesToSeal(shard, writtenUpTo(state), entriesAtMost);
  const { entries, campaigns } = await ofOneFile(store, ofOneLife(read));
  if (entries.length === 0) {
    if (isWritten) return false;
    throw new Error(
      `block ${head?.number} of shard ${shard} is in no file here, and its entries are not in Redis`,
    );
  }
  const draft = draftBlock(head, isWritten, entries, {
    shard,
    servpack: servpackVersion,
    campaigns,
  });
  const attachments = attachmentsOf(store, shard, entries);
  // When another orchestrator was faster, the next block continues from its block.
  const sealed = await archive.append(shard, draft, attachments, (next) => store.moveSeal(shard, head, next));
  if (sealed === null) return true;
  await store.markWritten(shard, sealed, evidenceIn(entries));
  return read.length === entriesAtMost || entries.length < read.length;
}

const isHalfDone = (state: SealState): boolean => state.head !== null && state.written < state.head.number;

/** The block stands in the file, and a crash came before Redis heard of it. */
async function markEverything(store: Store, shard: number, head: SealedHead): Promise<void> {
  const { count } = headerIn(head);
  const after = await store.auditAfter(shard, head.after, count);
  const entries = after.filter(({ id }) => compareIds(id, head.last) <= 0);
  await store.markWritten(shard, head, evidenceIn(entries));
}

/**
 * A block ends where a campaign is gone: what follows under the same name is another campaign, with
 * another file.
 */
function ofOneLife(entries: readonly KeptEntry[]): readonly KeptEntry[] {
  const gone = entries.findIndex(isCampaignRemoval);
  return gone < 0 ? entries : entries.slice(0, gone + 1);
}

interface OneFile {
  readonly entries: readonly KeptEntry[];
  /** SHA-256 of the file of each campaign that the entries name. */
  readonly campaigns: Readonly<Record<string, string>>;
}

/**
 * A block ends where a campaign has another file, because it was edited: the block names one file
 * for each campaign.
 */
async function ofOneFile(store: Store, entries: readonly KeptEntry[]): Promise<OneFile> {
  const last = entries.at(-1);
  const gone = last !== undefined && isCampaignRemoval(last) ? last.campaign : null;
  const hashOf = fileHashes(store, (campaign) => campaign === gone);
  const found = new Map<string, string>();
  let count = 0;
  for (const entry of entries) {
    const hash = (await hashOf(entry)) ?? '';
    const known = found.get(entry.campaign);
    if (known !== undefined && known !== hash) break;
    if (entry.campaign !== '') found.set(entry.campaign, hash);
    count += 1;
  }
  const ordered = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.slice(0, count), campaigns: Object.fromEntries(ordered) };
}
