import { factKinds } from '../../../domain/outcome/facts.ts';
import type { CampaignRecord } from '../../types.ts';
import type { FormerLife } from '../../campaign-removal-store.ts';
import type { AuditEntry } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { membersIn } from '../upgrades/record.ts';

/** How many clients one script removes: Redis answers no other client meanwhile. */
const sliceSize = 100;

const removeClientsScript = script(
  import.meta.url,
  'remove-campaign-clients',
  lua`
-- Removes what a campaign that is being removed has of these clients. A client leaves the list of
-- members in the same step: no check takes its record for lost. A later campaign of the name knows
-- no former client. Does nothing when the campaign is not being removed.
-- ARGV: campaign, clients
local campaign = ARGV[1]
local function forget(client)
  local known, left = redis.call('HGET', key('former'), client), {}
  if not known then return end
  for name in string.gmatch(known, '%S+') do
    if name ~= campaign then left[#left + 1] = name end
  end
  if #left == 0 then redis.call('HDEL', key('former'), client) end
  if #left > 0 then redis.call('HSET', key('former'), client, table.concat(left, ' ')) end
end
if redis.call('HGET', key('campaign', campaign), 'status') ~= 'removing' then return 0 end
for at = 2, #ARGV do
  local client = ARGV[at]
  local id = campaign .. '.' .. client
  redis.call('UNLINK', key('upgrade', id), key('inbox', id))
  redis.call('ZREM', key('due'), id)
  redis.call('ZREM', key('driven'), id)
  if redis.call('HGET', key('claims'), client) == campaign then redis.call('HDEL', key('claims'), client) end
  redis.call('HDEL', key('members', campaign), client)
  forget(client)
end
return #ARGV - 1`,
);

/** Removes the clients of a shard, a slice in each script. */
export async function removeClients(shard: Shard, campaign: string): Promise<void> {
  for await (const page of membersIn(shard, campaign)) {
    const clients = page.map(([client]) => client);
    for (const piece of inPieces(clients, sliceSize))
      await shard.run(removeClientsScript, campaign, ...piece);
  }
}

const removeRestScript = script(
  import.meta.url,
  'remove-campaign-rest',
  lua`
-- Removes what a shard still holds of a campaign that is being removed, but for its hash. UNLINK
-- frees a long list after the answer.
-- ARGV: campaign, waves, kinds of facts
local campaign = ARGV[1]
if redis.call('HGET', key('campaign', campaign), 'status') ~= 'removing' then return 0 end
for _, queue in ipairs(redis.call('SMEMBERS', key('servers', campaign))) do
  for wave = 0, tonumber(ARGV[2]) - 1 do redis.call('UNLINK', key('waiting', campaign, wave, queue)) end
end
for _, line in ipairs({ 'parked', 'finishing' }) do
  for _, server in ipairs(redis.call('ZRANGE', key(line .. 'Servers', campaign), 0, -1)) do
    redis.call('UNLINK', key(line, campaign, server))
  end
  redis.call('UNLINK', key(line .. 'Servers', campaign))
end
for at = 3, #ARGV do redis.call('UNLINK', key('facts', campaign, ARGV[at])) end
redis.call('SREM', key('slotHolders'), campaign)
for _, name in ipairs({ 'members', 'memberNames', 'memberNameParts', 'servers', 'counters', 'slots', 'clientHooks' }) do
  redis.call('UNLINK', key(name, campaign))
end
return 1`,
);

export async function removeRest({ run }: Shard, { campaign }: CampaignRecord): Promise<void> {
  await run(
    removeRestScript,
    campaign.definition.campaign,
    campaign.waveSizes.length,
    ...factKinds,
    'causes',
    'failures',
  );
}

/** Removes what another shard than the first knows of the campaign. */
export const removeReplica = async ({ redis, keys }: Shard, campaign: string): Promise<void> =>
  void (await redis.unlink(keys.of('campaign', campaign)));

const removeHeadScript = script(
  import.meta.url,
  'remove-campaign-head',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Removes the head of a campaign, all other keys of which are gone: its name is free. Returns 0
-- when another call was faster.
-- ARGV: campaign, version, what stays in lives; list: audit
local campaign = ARGV[1]
local found = redis.call('HMGET', key('campaign', campaign), 'version', 'status')
if found[1] ~= ARGV[2] or found[2] ~= 'removing' then return 0 end
redis.call('UNLINK', key('campaign', campaign), key('hooks', campaign), key('remediations', campaign))
redis.call('UNLINK', key('restarts', campaign), key('restartSlots', campaign), key('restartLine', campaign))
redis.call('SREM', key('campaigns'), campaign)
redis.call('HDEL', key('forecasts'), campaign)
redis.call('HSET', key('lives'), campaign, ARGV[3])
for _, field in ipairs(redis.call('HKEYS', key('roundFailures'))) do
  if string.sub(field, 1, #campaign + 1) == campaign .. '|' then redis.call('HDEL', key('roundFailures'), field) end
end
addAudit(lists(4)())
return 1`,
);

export async function removeHead(
  { run }: Shard,
  { campaign, version }: CampaignRecord,
  audit: AuditEntry,
): Promise<boolean> {
  const { campaign: name, hash } = campaign.definition;
  const life = lifeText({ lives: (campaign.life ?? 0) + 1, hash });
  const removed = await run(removeHeadScript, name, version, life, ...list(auditFields(audit, version)));
  return removed === 1;
}

const lifeText = ({ lives, hash }: FormerLife): string => `${lives}|${hash}`;

export async function readFormerLife({ redis, keys }: Shard, campaign: string): Promise<FormerLife | null> {
  const text = await redis.hget(keys.of('lives'), campaign);
  if (text === null) return null;
  const bar = text.indexOf('|');
  return { lives: Number(text.slice(0, bar)), hash: text.slice(bar + 1) };
}

export const writeFormerLife = async (
  { redis, keys }: Shard,
  campaign: string,
  life: FormerLife,
): Promise<void> => void (await redis.hset(keys.of('lives'), campaign, lifeText(life)));
