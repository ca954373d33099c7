import type { Campaign } from '../../../domain/campaign/campaign.ts';
import { activationBase, storedStatus } from '../../../domain/campaign/life.ts';
import type { Budgets, DownloadLimits } from '../../../domain/campaign/definition.ts';
import { type CampaignEdition, editionHead, type EditionHead } from '../../../domain/campaign/edition.ts';
import { longestWindowMs } from '../../../domain/campaign/stop.ts';
import type { Hold } from '../../../domain/campaign/hold.ts';
import type { CampaignStore } from '../../campaign-store.ts';
import { parseQueueName, queueName } from '../../queued.ts';
import type { ScriptValue } from '../core/scripts.ts';
import { type NumberHash, type Shard, valuesOf } from '../core/shard.ts';
import type { Overlap } from '../../campaign-store.ts';
import type { CampaignRecord, WaitingClient } from '../../types.ts';

/**
 * Fields of a campaign's hash that the scripts of every shard check. The quota is not among them:
 * it is granted.
 */
export function replicaFields(campaign: Campaign, version: number): readonly ScriptValue[] {
  const { state, definition, holds = [] } = campaign;
  return [
    'version',
    version,
    'status',
    storedStatus(campaign),
    'base',
    activationBase(campaign),
    'perServer',
    definition.budgets.perLogonServer,
    'openWaves',
    'openWaves' in state ? state.openWaves : 0,
    'release',
    definition.release,
    'downloads',
    downloadsText(definition.budgets),
    'held',
    heldText(holds),
    ...(campaign.edition === undefined ? [] : ['edition', campaign.edition]),
    ...factsField(campaign),
    ...(campaign.stepAnswers === undefined ? [] : ['stepAnswers', campaign.stepAnswers]),
  ];
}

/** For how long facts count; empty = an edit has taken the stop rules out. */
function factsField({ definition, edition }: Campaign): readonly ScriptValue[] {
  const longest = longestWindowMs(definition.stop);
  return longest === null && edition === undefined ? [] : ['factsMs', longest ?? ''];
}

/** `;LS-PUN;LS-ROM;`, as scripts look it up; empty = no logon server is held. */
const heldText = (holds: readonly Hold[]): string =>
  holds.length === 0 ? '' : `;${holds.map(({ logonServer }) => logonServer).join(';')};`;

/** Reads what `heldText` writes. */
export const heldServers = (text: string): ReadonlySet<string> =>
  new Set(text.split(';').filter((name) => name !== ''));

/** `;*=10;LS-PUN=5;`, as scripts look it up; empty = any number. */
function downloadsText({ maxDownloads }: Budgets): string {
  if (maxDownloads === undefined) return '';
  const { everywhere, at } = maxDownloads;
  const limits = [...Object.entries(at), ...(everywhere === null ? [] : [['*', everywhere]])];
  return limits.length === 0 ? '' : `;${limits.map(([name, most]) => `${name}=${most}`).join(';')};`;
}

/** Reads what `downloadsText` writes. */
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

/** Fields of the head: those that scripts check, and the whole campaign as JSON. */
export const headFields = (campaign: Campaign, version: number): readonly ScriptValue[] => [
  ...replicaFields(campaign, version),
  'json',
  JSON.stringify(campaign),
];

/** An edition of the definition stands in a field of its own: only its history is read with it. */
const editionName = (edition: number): string => `edition:${edition}`;

/** The files of an edit stand in a further field, because the status shows what an edit changed. */
const fileName = (edition: number): string => `editionFile:${edition}`;

export const editionFields = (editions: readonly CampaignEdition[]): readonly ScriptValue[] =>
  editions.flatMap((each) => {
    const { edition, text, calendars } = each;
    if (edition === 0) return [editionName(edition), JSON.stringify(each)];
    const files = JSON.stringify({ text, calendars });
    return [editionName(edition), JSON.stringify(editionHead(each)), fileName(edition), files];
  });

export async function readEditions(
  { redis, keys }: Shard,
  campaign: string,
): Promise<readonly CampaignEdition[]> {
  const key = keys.of('campaign', campaign);
  const numbers = await editionNumbers(redis, key);
  const found = await redis.hmget(key, ...numbers.map(editionName), ...numbers.map(fileName));
  return numbers.flatMap((_, at) => {
    const [text, files] = [found[at], found[at + numbers.length]];
    return text === null || text === undefined
      ? []
      : [{ ...JSON.parse(text), ...JSON.parse(files ?? '{}') } as CampaignEdition];
  });
}

export async function readEditionHeads(
  { redis, keys }: Shard,
  campaign: string,
  only?: number,
): Promise<readonly EditionHead[]> {
  const key = keys.of('campaign', campaign);
  const numbers = only === undefined ? await editionNumbers(redis, key) : [only];
  const found = await redis.hmget(key, ...numbers.map(editionName));
  return found.flatMap((text) => (text === null ? [] : [editionHead(JSON.parse(text) as CampaignEdition)]));
}

async function editionNumbers(redis: Shard['redis'], key: string): Promise<readonly number[]> {
  const last = Number((await redis.hget(key, 'edition')) ?? 0);
  return Array.from({ length: last + 1 }, (_, edition) => edition);
}

/** The part of the budget that a shard may use. */
export const quotaField = (quota: number): readonly ScriptValue[] => ['quota', quota];

/** Where a client waits, as the hash `members` keeps it. */
export const memberText = (pick: WaitingClient): string => `${pick.wave}|${queueName(pick)}`;

/** Reads what `memberText` writes; null when the client has a record already. */
export function waitingPick(client: string, member: string): WaitingClient | null {
  if (member === '') return null;
  const bar = member.indexOf('|');
  return { client, wave: Number(member.slice(0, bar)), ...parseQueueName(member.slice(bar + 1)) };
}

export async function readCampaign({ redis, keys }: Shard, campaign: string): Promise<CampaignRecord | null> {
  return recordOf(await redis.hmget(keys.of('campaign', campaign), 'version', 'json'));
}

type Statuses = Parameters<CampaignStore['campaigns']>[0];

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
    .filter(({ campaign }) => isAsked(storedStatus(campaign)))
    .sort(byCreation);
}

/** Compares the status field first: the JSON of an ended campaign may be long. */
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

export const readCounters = ({ redis, keys }: Shard, campaign: string): Promise<NumberHash> =>
  redis.hgetall(keys.of('counters', campaign));

export const readSlots = ({ redis, keys }: Shard, campaign: string): Promise<NumberHash> =>
  redis.hgetall(keys.of('slots', campaign));

export const readStarts = async ({ redis, keys }: Shard): Promise<number> =>
  Number((await redis.get(keys.of('starts'))) ?? 0);

/** Clients of one shard that another campaign claims, or that still wait in it. */
export async function overlapOf(
  { redis, keys }: Shard,
  clients: readonly string[],
  others: readonly string[],
): Promise<readonly Overlap[]> {
  if (clients.length === 0) return [];
  const pipeline = redis.pipeline().hmget(keys.of('claims'), ...clients);
  for (const other of others) pipeline.hmget(keys.of('members', other), ...clients);
  const [claims = [], ...members] = valuesOf(await pipeline.exec()) as (string | null)[][];
  return clients.flatMap((client, at) =>
    others
      .filter((other, which) => claims[at] === other || (members[which]?.[at] ?? '') !== '')
      .map((other): Overlap => ({ client, campaign: other })),
  );
}
