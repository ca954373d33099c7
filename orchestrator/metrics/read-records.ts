import type { Clock } from '../../shared/clock.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignReadings, type ReadCampaign } from './campaign-readings.ts';
import { sumServers } from './sum-servers.ts';
import { type Reading, reading } from './figures.ts';
import {
  approvalReading,
  blockerReadings,
  downloadReadings,
  expiryReadings,
  serverReadings,
} from './fleet-readings.ts';
import { writtenUpTo } from '../audit/known-heads.ts';

export interface RecordSource {
  readonly store: Pick<
    Store,
    | 'auditAfter'
    | 'campaigns'
    | 'counters'
    | 'nextSweep'
    | 'noticeLines'
    | 'readCopies'
    | 'readForecasts'
    | 'readHalt'
    | 'readSeal'
    | 'readServerLimits'
    | 'readTime'
    | 'requests'
    | 'shards'
    | 'slotsInAll'
    | 'slotsInUse'
    | 'workers'
  >;
  readonly clock: Clock;
  /** So many logon servers have series of their own. */
  readonly servers: number;
}

/** Campaigns that have series. Those that run come first, then the newest. */
const campaignsAtMost = 50;
const order: readonly CampaignState['status'][] = [
  'running',
  'paused',
  'aborted',
  'scheduled',
  'waitingForRelease',
  'created',
];
/** Entries of each shard that are counted. Sealing takes a second, so there are seldom more. */
const unsealedAtMost = 200;

/**
 * Reads every figure of the records: heads, counters and lists that exist, and no client.
 * @throws `StoreUnavailable`
 */
export async function readRecords(source: RecordSource): Promise<readonly Reading[]> {
  const { store, clock, servers } = source;
  const [{ halt }, campaigns, ofShards, ofServers, ofNotices, next, workers, requests] = await Promise.all([
    store.readHalt(),
    readCampaigns(source),
    auditReadings(source),
    servers === 0 ? [] : readServers(source),
    noticeReadings(source),
    store.nextSweep(),
    store.workers(),
    store.requests(),
  ]);
  const now = clock.now();
  const all = campaigns.map(({ counters }) => counters);
  const dueMs = next.dueAt === null ? 0 : Math.max(0, now - next.dueAt);
  return [
    ...campaignReadings(campaigns, halt !== null, now),
    reading('halted', halt === null ? 0 : 1),
    ...ofServers,
    ...downloadReadings(
      campaigns.map(({ downloading }) => downloading),
      servers,
    ),
    ...blockerReadings(all),
    approvalReading(campaigns, requests),
    ...expiryReadings(
      campaigns.map(({ campaign }) => campaign),
      requests,
    ),
    reading('oldest_due_age_seconds', dueMs / 1_000),
    reading('workers_alive', workers.filter(({ isAlive }) => isAlive).length),
    ...ofShards,
    ...(await copyReadings(source, campaigns)),
    ...ofNotices,
  ];
}

async function readCampaigns({ store }: RecordSource): Promise<readonly ReadCampaign[]> {
  const records = (await store.campaigns(order)).map(({ campaign }) => campaign).filter(isOpen);
  const first = records
    .toSorted(
      (a, b) => order.indexOf(a.state.status) - order.indexOf(b.state.status) || b.createdAt - a.createdAt,
    )
    .slice(0, campaignsAtMost);
  return Promise.all(
    first.map(async (campaign) => {
      const name = campaign.definition.campaign;
      const [counters, slots, kept] = await Promise.all([
        store.counters(name),
        store.slotsInUse(name),
        store.readForecasts(name),
      ]);
      return { campaign, ...sumServers(counters), slots, kept };
    }),
  );
}

const isOpen = ({ state }: Campaign): boolean => !('endedAt' in state) || state.endedAt === null;

async function readServers({ store, servers }: RecordSource): Promise<readonly Reading[]> {
  const [inUse, limits] = await Promise.all([store.slotsInAll(), store.readServerLimits()]);
  return serverReadings(inUse, limits, servers);
}

/** Entries that only Redis has, over all shards, and how old the oldest of them is. */
async function auditReadings({ store }: RecordSource): Promise<readonly Reading[]> {
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  const [now, found] = await Promise.all([
    store.readTime(),
    Promise.all(
      shards.map(async (shard) =>
        store.auditAfter(shard, writtenUpTo(await store.readSeal(shard)), unsealedAtMost),
      ),
    ),
  ]);
  const since = found.flatMap(([oldest]) => (oldest === undefined ? [] : [Number.parseInt(oldest.id, 10)]));
  const ageMs = since.length === 0 ? 0 : Math.max(0, now - Math.min(...since));
  return [
    reading(
      'audit_unsealed_entries',
      found.reduce((total, { length }) => total + length, 0),
    ),
    reading('audit_unsealed_age_seconds', ageMs / 1_000),
  ];
}

async function noticeReadings({ store }: RecordSource): Promise<readonly Reading[]> {
  const lines = await store.noticeLines();
  return [
    reading(
      'notify_queue',
      lines.reduce((total, { waiting }) => total + waiting, 0),
    ),
    reading('notify_failing_destinations', lines.filter(({ tries }) => tries > 0).length),
  ];
}

async function copyReadings(
  { store }: RecordSource,
  campaigns: readonly ReadCampaign[],
): Promise<readonly Reading[]> {
  const releases = [...new Set(campaigns.map(({ campaign }) => campaign.definition.release))];
  return Promise.all(
    releases.map(async (release) => {
      const copies = await store.readCopies(release);
      return reading('copies_not_verified', copies.filter(({ state }) => state !== 'verified').length, {
        release,
      });
    }),
  );
}
