import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Changes, ChangeStore } from '../../shared/store/change-store.ts';
import { openLeftOut } from './left-out.ts';
import type { Mailbox } from './news.ts';
import type { Repeated } from './repeat.ts';

/** Real time. One call waits so long in Redis: what an idle shard costs. */
const waitMs = 20_000;
/** The least time between two answers of a shard: a busy campaign is judged ten times a second. */
const restMs = 100;
const retryMs = 1_000;

/** Receives the answers of a shard. `isFirst`: the first one, or the first after a break. */
export type ChangeListener = (shard: number, found: Changes, isFirst: boolean) => void;

/**
 * Follows the changes of every shard and puts them into the mailboxes of the rounds. After a break
 * of the connection anything may have changed: Redis may have restarted with less.
 * @param listen gets every answer, also while another orchestrator leads
 */
export function followChanges(
  store: ChangeStore & { shards(): Promise<number> },
  boxes: readonly Mailbox[],
  log: Logger,
  listen: ChangeListener = () => undefined,
): Repeated {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rest = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
  const all = (): void => boxes.forEach((box) => box.putEverything());

  const follow = async (shard: number): Promise<void> => {
    const leftOut = openLeftOut();
    let after: string | null = null;
    let isFailing = false;
    while (!signal.aborted) {
      try {
        const dueInMs = leftOut.dueInMs(performance.now()) ?? waitMs;
        const found: Changes = await store.nextChanges(shard, after, Math.min(waitMs, dueInMs));
        if (!found.isWhole) leftOut.note();
        listen(shard, found, after === null);
        if (after === null || leftOut.takeDue(performance.now())) all();
        else if (found.changes.length > 0) boxes.forEach((box) => box.put(found.changes));
        if (isFailing) log.info({ shard }, 'follows the changes again');
        isFailing = false;
        after = found.after;
        if (found.changes.length > 0) await rest(restMs);
      } catch (error) {
        if (signal.aborted) return;
        if (!isFailing) log.warn({ shard, error }, 'cannot follow the changes; tries again');
        isFailing = true;
        after = null;
        await rest(retryMs);
      }
    }
  };

  const following = store
    .shards()
    .then((shards) => Promise.all(Array.from({ length: shards }, (_, shard) => follow(shard))));
  return {
    stop: async () => {
      stopping.abort();
      // A call that waits in Redis ends when the store is closed, or by itself.
      void following.catch(() => undefined);
    },
  };
}
