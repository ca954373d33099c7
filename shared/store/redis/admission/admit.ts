import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { admitted } from '../../admitted.ts';
import { auditFields } from '../audit/audit.ts';
import { sumOf } from '../campaigns/campaigns.ts';
import { packUpgrade } from '../upgrades/packed-upgrade.ts';
import { activation, type ActivationReply } from '../upgrades/record.ts';
import { flat, list } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import type { LeaderFence } from '../../leader-store.ts';
import type { Activation, Candidate, SlotsInUse } from '../../types.ts';

export async function slotsInUse(shards: Shards, campaign: string): Promise<SlotsInUse> {
  return slotsOf(await fromEach(shards, ({ redis, keys }) => redis.hgetall(keys.of('slots', campaign))));
}

/** The sum of these shards' slots. */
export function slotsOf(hashes: readonly Readonly<Record<string, string>>[]): SlotsInUse {
  const { '*': active = 0, ...perLogonServer } = sumOf(hashes);
  return { active, perLogonServer };
}

/** A script admits so many at once: Redis answers nobody else meanwhile. */
const pieceSize = 100;

/** Each shard admits its own; the answer is in the order of the picks. */
export async function admit(
  shards: Shards,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
): Promise<readonly Activation[]> {
  if (shards.others.length === 0) return admitIn(shards.head, campaign, picks, at, leader);
  const homes = await shards.homes.ofAll(picks.map(({ client }) => client));
  const those = (shard: Shard) => picks.filter((_, pick) => homes[pick] === shard);
  const admissions = (
    await fromEach(shards, (shard) => admitIn(shard, campaign, those(shard), at, leader))
  ).flat();
  const order = new Map(picks.map(({ client }, place) => [client, place]));
  const placeOf = ({ key }: Activation): number => order.get(key.client) ?? 0;
  return admissions.sort((a, b) => placeOf(a) - placeOf(b));
}

async function admitIn(
  shard: Shard,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
): Promise<readonly Activation[]> {
  const activations: Activation[] = [];
  for (const piece of inPieces(picks, pieceSize)) {
    const asked = piece.flatMap((pick) => pickFields(campaign, pick, at));
    const replies = (await shard.run(
      'admit',
      leader ?? '',
      campaign,
      at,
      piece.length,
      ...asked,
    )) as ActivationReply[];
    activations.push(...replies.map((reply) => activation(shard, campaign, reply)));
  }
  return activations;
}

function pickFields(campaign: string, pick: Candidate, at: number): readonly (string | number)[] {
  if (!('wave' in pick)) return [pick.client, pick.logonServer, '', '', '', '', ...list([]), ...list([])];
  const { upgrade, audit, counters } = admitted(campaign, pick, at);
  return [
    pick.client,
    pick.logonServer,
    pick.wave,
    packUpgrade(upgrade, false),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    ...list(auditFields(audit, 1)),
    ...list(flat(counters)),
  ];
}
