import { countersOf } from '../../../domain/upgrade/count-upgrade.ts';
import { difference, stateCounter } from '../../../domain/outcome/counters.ts';
import { isFinishing, type QueueName, queueOf } from '../../../domain/upgrade/placement.ts';
import { queueName } from '../../queued.ts';
import type { PutBackUpgrade } from '../../rebuild-store.ts';
import type { SealedHead } from '../../seal-store.ts';
import { waitingPick } from '../campaigns/campaigns.ts';
import { flat, list, lua, named, script, scriptFile, type ScriptValue } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { packUpgrade } from '../upgrades/packed-upgrade.ts';
import { auditFields } from './audit.ts';

const pieceSize = 100;

/**
 * Whatever was ever done leaves one of these keys; a queue of BullMQ leaves its meta key. The
 * number of shards is not among them: it is written when a store is opened.
 */
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

export const isEmptyShard = async ({ redis, keys }: Shard): Promise<boolean> =>
  (await redis.exists(
    ...firstKeys.map((name) => keys.of(name)),
    ...queues.map((name) => `${keys.base}:q:${name}:meta`),
  )) === 0;

const putBackSealScript = script(
  import.meta.url,
  'put-back-seal',
  lua`
-- @include redis-run.lua
-- @include stream-id.lua

-- The chain goes on after a block that stands in a file. An empty stream still remembers its last
-- id. Returns 0 and does nothing when the time of that id has not come.
-- ARGV: JSON of number, head, after, last, header
local seal = cjson.decode(ARGV[1])
if redis.pcall('XRANGE', key('audit'), seal.last, seal.last).err or not hasCome(seal.last) then return 0 end
redis.call('HSET', key('seal'), 'number', seal.number, 'head', seal.head, 'after', seal.after, 'last', seal.last,
  'header', seal.header, 'written', seal.number, 'run', redisRun())
redis.call('XADD', key('audit'), seal.last, 'put', 'back')
redis.call('XDEL', key('audit'), seal.last)
return 1`,
);

export async function putBackSeal(
  { run }: Shard,
  { number, head, after, last, header }: SealedHead,
): Promise<boolean> {
  return (await run(putBackSealScript, named({ number, head, after, last, header }))) === 1;
}

const putBackUpgradesScript = scriptFile(import.meta.url, 'put-back-upgrades.lua');

export async function putBackUpgrades(
  shard: Shard,
  campaign: string,
  upgrades: readonly PutBackUpgrade[],
  at: number,
): Promise<void> {
  const members = shard.keys.of('members', campaign);
  for (const piece of inPieces(upgrades, pieceSize)) {
    const waits = await shard.redis.hmget(members, ...piece.map(({ key }) => key.client));
    const asked = piece
      .map((upgrade, index) => putBackFields(upgrade, waits[index] ?? ''))
      .filter((fields) => fields !== null);
    await shard.run(putBackUpgradesScript, campaign, at, asked.length, ...asked.flat());
  }
}

/** Null when the client does not wait in the campaign. */
function putBackFields(
  { key, version, activation, upgrade, audit }: PutBackUpgrade,
  member: string,
): readonly ScriptValue[] | null {
  const pick = waitingPick(key.client, member);
  if (pick === null) return null;
  const waited = { [stateCounter(pick.wave, pick.logonServer, 'waiting')]: 1 };
  const fields = named({
    client: key.client,
    wave: pick.wave,
    waitsIn: queueName(pick),
    server: upgrade.logonServer,
    settled: upgrade.state.phase === 'settled' ? 1 : 0,
    version,
    activation,
    queue: queueOf(upgrade),
    finishing: isFinishing(upgrade) ? 1 : 0,
  });
  return [
    fields,
    packUpgrade(upgrade, true),
    ...list(auditFields(audit, version)),
    ...list(flat(difference(waited, countersOf(upgrade)))),
  ];
}
