import type { Campaign } from '../../domain/campaign.ts';
import type { AuditEntry, CampaignConditions, CampaignRecord, Pick, Store } from '../store.ts';
import { auditFields } from './audit.ts';
import { list } from './scripts.ts';
import { type Shard, valuesOf } from './shard.ts';

/** The campaign's hash: the whole as JSON, and beside it what scripts must check. */
export function campaignFields(campaign: Campaign, version: number): readonly (string | number)[] {
  const { state, definition } = campaign;
  return [
    'version',
    version,
    'json',
    JSON.stringify(campaign),
    'status',
    state.status,
    'active',
    definition.budgets.active,
    'perServer',
    definition.budgets.perLogonServer,
    'openWaves',
    'openWaves' in state ? state.openWaves : 0,
  ];
}

/** Where a client waits. */
export const memberText = ({ wave, logonServer }: Pick): string => `${wave}|${logonServer}`;

/** Null when the client has a record already. */
export function waitingPick(client: string, member: string): Pick | null {
  if (member === '') return null;
  const bar = member.indexOf('|');
  return { client, wave: Number(member.slice(0, bar)), logonServer: member.slice(bar + 1) };
}

export async function readCampaign({ redis, keys }: Shard, campaign: string): Promise<CampaignRecord | null> {
  return recordOf(await redis.hmget(keys.of('campaign', campaign), 'version', 'json'));
}

type Statuses = Parameters<Store['campaigns']>[0];

/** By time of creation. */
export async function readCampaigns(shard: Shard, statuses?: Statuses): Promise<readonly CampaignRecord[]> {
  const { redis, keys } = shard;
  const isAsked = (status: unknown): boolean =>
    statuses === undefined || statuses.some((each) => each === status);
  const names = await redis.smembers(keys.of('campaigns'));
  const asked = statuses === undefined ? names : await namesIn(shard, names, isAsked);
  const pipeline = redis.pipeline();
  for (const name of asked) pipeline.hmget(keys.of('campaign', name), 'version', 'json');
  const found = valuesOf(await pipeline.exec()).map((reply) => recordOf(reply as (string | null)[]));
  return found
    .filter((record) => record !== null)
    .filter(({ campaign }) => isAsked(campaign.state.status))
    .sort(byCreation);
}

/** By the status beside the JSON, which may be long: that of an ended campaign is not even fetched. */
async function namesIn(
  { redis, keys }: Shard,
  names: readonly string[],
  isAsked: (status: unknown) => boolean,
): Promise<readonly string[]> {
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hget(keys.of('campaign', name), 'status');
  const statuses = valuesOf(await pipeline.exec());
  return names.filter((_, at) => isAsked(statuses[at]));
}

function recordOf([version, json]: readonly (string | null)[]): CampaignRecord | null {
  if (version === null || version === undefined) return null;
  return { version: Number(version), campaign: JSON.parse(json ?? '') as Campaign };
}

const byCreation = ({ campaign: a }: CampaignRecord, { campaign: b }: CampaignRecord): number =>
  a.createdAt - b.createdAt || (a.definition.campaign < b.definition.campaign ? -1 : 1);

export async function commitCampaign(
  { run }: Shard,
  next: Campaign,
  version: number,
  audit: AuditEntry,
  { leader, starts }: CampaignConditions = {},
): ReturnType<Store['commitCampaign']> {
  const record = { version: version + 1, campaign: next };
  const fields = campaignFields(next, record.version);
  const name = next.definition.campaign;
  const done = await run(
    'commit-campaign',
    leader ?? '',
    name,
    version,
    next.state.status,
    starts ?? '',
    ...list(fields),
    ...list(auditFields(audit, record.version)),
  );
  return done === 1 ? record : null;
}

export async function readCounters({ redis, keys }: Shard, campaign: string): ReturnType<Store['counters']> {
  const found = Object.entries(await redis.hgetall(keys.of('counters', campaign)));
  return Object.fromEntries(found.map(([name, amount]) => [name, Number(amount)]));
}

export const readStarts = async ({ redis, keys }: Shard): Promise<number> =>
  Number((await redis.get(keys.of('starts'))) ?? 0);
