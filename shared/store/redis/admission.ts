import { isFinishing, queueOf } from '../../domain/placement.ts';
import { admitted } from '../admitted.ts';
import type { LeaderFence } from '../leader.ts';
import type { Activation, Candidate, SlotsInUse } from '../store.ts';
import { auditFields } from './audit.ts';
import { activation, type ActivationReply } from './record.ts';
import { flat, list } from './scripts.ts';
import { inPieces, type Shard } from './shard.ts';

export async function slotsInUse({ redis, keys }: Shard, campaign: string): Promise<SlotsInUse> {
  const found = new Map(Object.entries(await redis.hgetall(keys.of('slots', campaign))));
  const active = Number(found.get('*') ?? 0);
  found.delete('*');
  return {
    active,
    perLogonServer: Object.fromEntries([...found].map(([server, used]) => [server, Number(used)])),
  };
}

/** A script admits so many at once: Redis answers nobody else meanwhile. */
const pieceSize = 100;

export async function admit(
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
    activations.push(...replies.map((reply) => activation(campaign, reply)));
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
    JSON.stringify(upgrade),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    ...list(auditFields(audit, 1)),
    ...list(flat(counters)),
  ];
}
