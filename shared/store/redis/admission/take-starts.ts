import type { StartsIn } from '../../../domain/campaign/speed.ts';
import type { Pace } from '../../admission-store.ts';
import type { Activation, Candidate } from '../../types.ts';
import { named, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const takeStartsScript = scriptFile(import.meta.url, 'take-starts.lua');

/** The admission of one campaign that limits its starts. The head keeps them for all shards. */
export interface PacedAdmission {
  readonly campaign: string;
  readonly at: number;
  readonly pace: Pace;
  readonly leader: number | '';
}

/**
 * Admits as many of the waiting picks as the campaign may start now, and all parked ones. Starts
 * are taken before, and given back where a pick was left alone: a caller that dies in between
 * leaves fewer starts for a minute, never more.
 */
export async function admitPaced(
  head: Shard,
  admission: PacedAdmission,
  picks: readonly Candidate[],
  admit: (picks: readonly Candidate[]) => Promise<readonly Activation[]>,
): Promise<readonly Activation[]> {
  const waiting = picks.filter((pick) => 'wave' in pick).map(({ client }) => client);
  const taken = waiting.length === 0 ? 0 : await takeStarts(head, admission, waiting.length);
  const starting = new Set(waiting.slice(0, taken));
  const activations = await admit(picks.filter((pick) => !('wave' in pick) || starting.has(pick.client)));
  const started = activations.filter(({ key }) => starting.has(key.client)).length;
  if (started < taken) await takeStarts(head, admission, started - taken);
  return activations;
}

async function takeStarts(head: Shard, admission: PacedAdmission, wanted: number): Promise<number> {
  const { campaign, at, pace, leader } = admission;
  const asked = named({ leader, campaign, at, wanted, perMinute: pace.perMinute });
  return Number(await head.run(takeStartsScript, asked));
}

/** How many clients the campaign started lately, as `take-starts.lua` keeps it. */
export async function readRecentStarts(
  { redis, keys }: Shard,
  campaign: string,
): Promise<readonly StartsIn[]> {
  const text = (await redis.hget(keys.of('campaign', campaign), 'started')) ?? '';
  return [...text.matchAll(/(\d+):(\d+)/g)].map(([, second, starts]) => ({
    second: Number(second),
    starts: Number(starts),
  }));
}
