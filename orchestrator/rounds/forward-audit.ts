import { compareIds } from '../audit/format/entry-id.ts';
import type { LeaderContext } from '../context.ts';
import type { ForwardedEntry } from '../forward/entry.ts';
import type { Forwarder } from '../forward/forwarder.ts';
import { beforeAll, type KeptEntry } from '../../shared/store/seal-store.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';
import { writtenUpTo } from '../audit/known-heads.ts';

/** Entries of a batch, and batches of a shard in one run: other shards get their turn. */
const batchSize = 500;
const batchesAtMost = 20;
/** Real time in which what has changed is sealed and written: for so long a run looks again. */
const sealingMs = 15_000;
/** Real time from a failed batch to the next try, growing. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Sends what stands sealed in the audit files to the receiver, in the order of each shard. Where it
 * is going to is written before a batch is sent, and that it is there afterwards: another leader
 * goes on from there, loses none, and marks those that the receiver may have.
 */
export function forwardAudit(forwarder: Forwarder): Round {
  let lookUntil = -Infinity;
  let pauseMs = 0;
  let notBefore = -Infinity;
  return {
    name: 'forwarding',
    run: async (context, news = everything) => {
      const now = performance.now();
      if (isNews(news)) lookUntil = now + sealingMs;
      if (now > lookUntil || now < notBefore) return;
      const shards = Array.from({ length: await context.store.shards() }, (_, shard) => shard);
      for (const shard of shards) {
        const is = await forwardShard(context, forwarder, shard);
        if (is === 'more') lookUntil = now + sealingMs;
        if (is !== 'failed') continue;
        pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, pauseMs * 2));
        notBefore = performance.now() + pauseMs;
        lookUntil = notBefore + sealingMs;
        return;
      }
      pauseMs = 0;
    },
    rest: () => {
      pauseMs = 0;
      notBefore = -Infinity;
    },
  };
}

async function forwardShard(
  context: LeaderContext,
  forwarder: Forwarder,
  shard: number,
): Promise<'done' | 'more' | 'failed'> {
  for (let batches = 0; batches < batchesAtMost; batches += 1) {
    const is = await forwardBatch(context, forwarder, shard);
    if (is !== 'more') return is;
  }
  return 'more';
}

async function forwardBatch(
  context: LeaderContext,
  forwarder: Forwarder,
  shard: number,
): Promise<'done' | 'more' | 'failed'> {
  const { store, log } = context;
  const upTo = writtenUpTo(await store.readSeal(shard));
  const position = await store.readForwarded(shard);
  // The receiver gets what is done from now on: the past stands in the files.
  if (position === null) {
    await store.commitForwarded(shard, null, { after: upTo, sending: null });
    return 'done';
  }
  if (compareIds(position.after, upTo) >= 0) return 'done';
  const kept = await store.auditAfter(shard, position.after, batchSize);
  if (kept.length === batchSize) await sayGap(context, shard, position.after);
  const page = kept.filter(({ id }) => compareIds(id, upTo) <= 0);
  const last = page.at(-1)?.id ?? upTo;
  const sent = { after: last, sending: null };
  const batch = page
    .filter((entry) => forwarder.entries === 'all' || entry.client === null)
    .map((entry) => ({ shard, entry, again: mayBeThere(entry, position.sending) }));
  if (batch.length === 0) {
    await store.commitForwarded(shard, position, sent);
    return kept.length === batchSize ? 'more' : 'done';
  }
  // What was announced stays announced until it is there: a longer batch holds it, too.
  const sending = later(position.sending, last);
  const before = { after: position.after, sending };
  if (sending !== position.sending && !(await store.commitForwarded(shard, position, before))) return 'done';
  if ((await forwarder.send(batch)).kind !== 'delivered') return 'failed';
  const next = compareIds(sending, last) > 0 ? { after: last, sending } : sent;
  if (!(await store.commitForwarded(shard, before, next))) return 'done';
  log.debug({ shard, entries: batch.length }, 'audit forwarded');
  return kept.length === batchSize ? 'more' : 'done';
}

/** A receiver that was away for long: what Redis no longer has stands in the audit files alone. */
async function sayGap({ store, log }: LeaderContext, shard: number, after: string): Promise<void> {
  const [oldest] = await store.auditAfter(shard, beforeAll, 1);
  if (oldest === undefined || compareIds(oldest.id, after) <= 0) return;
  log.error(
    { shard, after, oldest: oldest.id },
    'the receiver was away for too long: entries between these two are in the audit files alone',
  );
}

const mayBeThere = ({ id }: KeptEntry, sending: string | null): ForwardedEntry['again'] =>
  sending !== null && compareIds(id, sending) <= 0;

const later = (a: string | null, b: string): string => (a !== null && compareIds(a, b) > 0 ? a : b);
