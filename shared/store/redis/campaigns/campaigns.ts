import type { Budgets, DownloadLimits } from '../../../domain/campaign/definition.ts';
import { placeOf, queueName } from '../../queued.ts';
import type { Store } from '../../store.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import type { Counters } from '../../../domain/outcome/counters.ts';
import type { Campaign } from '../../../domain/campaign/campaign.ts';
import type { CampaignRecord, WaitingClient } from '../../types.ts';

/** What the scripts of every shard check. The quota is not the head's to say: it is granted. */
export function replicaFields(
  { state, definition }: Campaign,
  version: number,
): readonly (string | number)[] {
  return [
    'version',
    version,
    'status',
    state.status,
    'perServer',
    definition.budgets.perLogonServer,
    'openWaves',
    'openWaves' in state ? state.openWaves : 0,
    'release',
    definition.release,
    'downloads',
    downloadsText(definition.budgets),
  ];
}

/** `;*=10;LS-PUN=5;`, as scripts look it up; empty = any number. */
function downloadsText({ maxDownloads }: Budgets): string {
  if (maxDownloads === undefined) return '';
  const { everywhere, at } = maxDownloads;
  const limits = [...Object.entries(at), ...(everywhere === null ? [] : [['*', everywhere]])];
  return limits.length === 0 ? '' : `;${limits.map(([name, most]) => `${name}=${most}`).join(';')};`;
}

/** What `downloadsText` has put together. */
export function downloadLimits(text: string): DownloadLimits {
  const found = text
    .split(';')
    .filter((part) => part !== '')
    .map((part): [string, number] => [
      part.slice(0, part.indexOf('=')),
      Number(part.slice(part.indexOf('=') + 1)),
    ]);
  const { '*': everywhere = null, ...at } = Object.fromEntries(found) as Record<string, number>;
  return { everywhere, at };
}

/** The head: the whole as JSON, and beside it what scripts check. */
export const headFields = (campaign: Campaign, version: number): readonly (string | number)[] => [
  ...replicaFields(campaign, version),
  'json',
  JSON.stringify(campaign),
];

/** What a shard may use of the budget. */
export const quotaField = (quota: number): readonly (string | number)[] => ['quota', quota];

/** The first grant of several shards: who has something comes later in turn than who has nothing. */
export const firstGrant = (quota: number): readonly (string | number)[] => [
  ...quotaField(quota),
  'served',
  quota > 0 ? 1 : 0,
];

/** Where a client waits. */
export const memberText = (pick: WaitingClient): string => `${pick.wave}|${queueName(pick)}`;

/** Null when the client has a record already. */
export function waitingPick(client: string, member: string): WaitingClient | null {
  if (member === '') return null;
  const bar = member.indexOf('|');
  return { client, wave: Number(member.slice(0, bar)), ...placeOf(member.slice(bar + 1)) };
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

/** The sum over all shards. */
export async function readCounters(shards: Shards, campaign: string): Promise<Counters> {
  return sumOf(await fromEach(shards, ({ redis, keys }) => redis.hgetall(keys.of('counters', campaign))));
}

/** Sums hashes of numbers as Redis keeps them. */
export function sumOf(hashes: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [name, amount] of hashes.flatMap((hash) => Object.entries(hash)))
    sums.set(name, (sums.get(name) ?? 0) + Number(amount));
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}

export const readStarts = async ({ redis, keys }: Shard): Promise<number> =>
  Number((await redis.get(keys.of('starts'))) ?? 0);
