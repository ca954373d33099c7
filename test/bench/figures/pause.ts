import { setTimeout as wait } from 'node:timers/promises';
import { queuePrefix } from '../../../shared/queues/jobs.ts';
import type { Bench } from '../bench.ts';
import type { Rollout } from '../campaign.ts';

/** Commits that begin something; in the bench's stories that is the mark. */
const begins = 'marking';
/** Longer than any commit takes that was under way. */
const quietMs = 500;
const entriesRead = 5_000;

/**
 * Real milliseconds from before the command until it has answered and no commit that begins
 * something passes any more, by the campaign's own audit.
 */
export async function pauseMs({ operator, store }: Bench, { name }: Rollout): Promise<number> {
  const before = Date.now();
  await operator.ask('POST', `/v1/campaigns/${name}/pause`, { reason: 'the bench' });
  const answered = Date.now();
  await wait(quietMs);
  const entries = await store.audit(entriesRead, { campaign: name });
  const last = Math.max(0, ...entries.filter(({ to }) => to === begins).map(({ at }) => at));
  return Math.max(answered, last) - before;
}

const pollMs = 50;
const patienceMs = 60_000;

/**
 * Waits until no worker has anything to do: deferred clients rest, and clients admitted before a
 * pause are parked.
 */
export async function untilWorkersRest({ redis, installation }: Bench): Promise<void> {
  const queue = `${queuePrefix(installation.prefix, 0)}:upgrades`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const [waiting, active] = [await redis.llen(`${queue}:wait`), await redis.llen(`${queue}:active`)];
    if (waiting + active === 0) return;
    if (Date.now() > deadline) throw new Error(`${waiting} jobs still wait and ${active} run`);
    await wait(pollMs);
  }
}
