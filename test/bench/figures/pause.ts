import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Rollout } from '../campaign.ts';

/** Commits that begin something; in the bench's stories that is the mark. */
const begins = 'marking';
/** Longer than any commit takes that was under way. */
const quietMs = 500;
const entriesRead = 5_000;

/**
 * Real milliseconds from before the command until it has answered and no start-class commit passes any more, by the
 * campaign's own audit.
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
