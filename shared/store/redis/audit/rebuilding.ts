import { countersOf } from '../../../domain/upgrade/count-upgrade.ts';
import { difference, stateCounter } from '../../../domain/outcome/counters.ts';
import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
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
 * Whatever was ever done leaves one of these keys. Not among them is what processes write by
 * themselves, also in the very instant in which Redis is emptied: the lease of the leader, the
 * identity and number of shards, the registry of workers, trials of writing, and the queues, whose
 * jobs are hints.
 */
const firstKeys = ['fleet', 'releases', 'campaigns', 'campaign', 'audit', 'seal', 'claims'] as const;

export const isEmptyShard = async ({ redis, keys }: Shard): Promise<boolean> =>
  (await redis.exists(...firstKeys.map((name) => keys.of(name)))) === 0;

const dropJobsScript = script(
  import.meta.url,
  'drop-jobs',
  lua`
-- Removes every key of BullMQ in this shard. Reads the names of all keys: only a rebuild may.
local found = redis.call('KEYS', base .. ':q:*')
for at = 1, #found, 1000 do
  redis.call('UNLINK', unpack(found, at, math.min(at + 999, #found)))
end
return #found`,
);

export async function dropJobs({ run }: Shard): Promise<void> {
  await run(dropJobsScript);
}

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
