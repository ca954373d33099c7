import { isFinishing, type QueueName, queueOf } from '../../../domain/upgrade/placement.ts';
import { countersOf } from '../../../domain/upgrade/count-upgrade.ts';
import { queueName } from '../../queued.ts';
import type { PutBackUpgrade, RebuildStore } from '../../rebuild-store.ts';
import { auditFields } from './audit.ts';
import { waitingPick } from '../campaigns/campaigns.ts';
import { packUpgrade } from '../upgrades/packed-upgrade.ts';
import { flat, list } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import { difference, stateCounter } from '../../../domain/outcome/counters.ts';

const pieceSize = 100;

export const rebuildingOf = (shards: Shards): RebuildStore => ({
  isEmpty: async () => (await fromEach(shards, countIn)).every((count) => count === 0),
  putBackSeal: async (shard, { number, head, after, last, header }) => {
    await shards.all[shard]?.run('put-back-seal', number, head, after, last, header);
  },
  putBackUpgrades: async (campaign, upgrades, at) => {
    const homes = await shards.homes.ofAll(upgrades.map(({ key }) => key.client));
    for (const shard of shards.all) {
      const own = upgrades.filter((_, index) => homes[index] === shard);
      for (const piece of inPieces(own, pieceSize)) await putBack(shard, campaign, piece, at);
    }
  },
});

/** Whatever was ever done leaves one of these; a queue its own mark. The number of shards is written when a store is opened. */
const firstKeys = [
  'fleet',
  'releases',
  'campaigns',
  'campaign',
  'audit',
  'seal',
  'claims',
  'leader',
] as const;

const queues: readonly QueueName[] = ['upgrades', 'remediations'];

const countIn = ({ redis, keys }: Shard): Promise<number> =>
  redis.exists(
    ...firstKeys.map((name) => keys.of(name)),
    ...queues.map((name) => `${keys.base}:q:${name}:meta`),
  );

async function putBack(
  { redis, keys, run }: Shard,
  campaign: string,
  upgrades: readonly PutBackUpgrade[],
  at: number,
): Promise<void> {
  const members = await redis.hmget(keys.of('members', campaign), ...upgrades.map(({ key }) => key.client));
  const asked = upgrades.flatMap(({ key, version, activation, upgrade, audit }, index) => {
    const pick = waitingPick(key.client, members[index] ?? '');
    if (pick === null) return [];
    const waited = { [stateCounter(pick.wave, pick.logonServer, 'waiting')]: 1 };
    const isSettled = upgrade.state.phase === 'settled' ? 1 : 0;
    const finishing = isFinishing(upgrade) ? 1 : 0;
    return [
      [
        key.client,
        pick.wave,
        queueName(pick),
        upgrade.logonServer,
        isSettled,
        version,
        activation,
        packUpgrade(upgrade, true),
        queueOf(upgrade),
        finishing,
        ...list(auditFields(audit, version)),
        ...list(flat(difference(waited, countersOf(upgrade)))),
      ],
    ];
  });
  await run('put-back-upgrades', campaign, at, asked.length, ...asked.flat());
}
