import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { type KeyName, keyNames } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount, recountSlots } from '../twin/recount.ts';
import { sealingFixture } from './sealing-fixture.ts';
import { acts, documents } from './whole-state.ts';

interface Opened {
  readonly store: Store;
  /** The names of the keys in Redis; none in memory. */
  readonly keys: () => Promise<ReadonlySet<string>>;
}

const inRedis = (shards: number) => async (): Promise<Opened> => {
  const place = testRedis();
  const { store } = await openTestStore(place, shards);
  const keys = async (): Promise<ReadonlySet<string>> => {
    const redis = new Redis(place.url);
    const found = await redis.keys(`{${place.prefix}:*`);
    redis.disconnect();
    return new Set(found.map((key) => key.slice(key.indexOf('}:') + 2).split(':')[0] ?? ''));
  };
  return { store, keys };
};
const stores: readonly [string, () => Promise<Opened>][] = [
  ['memory', async () => ({ store: createMemoryStore(Date.now), keys: async () => new Set() })],
  ['Redis', inRedis(1)],
  ['Redis, in three shards', inRedis(3)],
];

/**
 * What becomes of each key. `back`: its content is in the files. `follows`: it is made from other
 * records, or by the processes. Anything else says why it is lost.
 */
const fate: Readonly<Record<KeyName, string>> = {
  upgrade: 'back',
  waiting: 'back',
  members: 'back',
  memberNames: 'follows',
  memberNameParts: 'follows',
  claims: 'back',
  campaign: 'back',
  campaigns: 'back',
  remediations: 'back',
  lives: 'back',
  fleet: 'back',
  former: 'back',
  releases: 'back',
  audit: 'back',
  seal: 'back',
  tokens: 'back',
  halt: 'back',
  stepTimes: 'back',
  freeTimes: 'back',
  hooks: 'back',
  requests: 'back',
  requestNumber: 'back',
  schedules: 'back',
  restarts: 'back',
  clientHooks: 'follows',
  restartSlots: 'follows',
  restartLine: 'follows',
  parked: 'follows',
  parkedServers: 'follows',
  finishing: 'follows',
  finishingServers: 'follows',
  due: 'follows',
  driven: 'follows',
  servers: 'follows',
  counters: 'follows',
  slots: 'follows',
  slotHolders: 'follows',
  fleetNames: 'follows',
  fleetNameParts: 'follows',
  fleetNamesAt: 'follows',
  machines: 'follows',
  machinesAt: 'follows',
  logonServers: 'follows',
  serversAt: 'follows',
  moves: 'follows',
  imports: 'follows',
  importing: 'follows',
  removals: 'follows',
  formerHomes: 'follows',
  starts: 'follows',
  wakes: 'follows',
  workers: 'follows',
  workerFacts: 'follows',
  workerDismissed: 'follows',
  fence: 'follows',
  leader: 'follows',
  lease: 'follows',
  roundFailures: 'follows',
  shards: 'follows',
  format: 'follows',
  identity: 'follows',
  trial: 'follows',
  answer: 'a request that is sent again after a rebuild is a new one',
  reserved: 'follows',
  staging: 'follows',
  copies: 'follows',
  evidence: 'the files hold it, and it is read from there',
  copyStatus: 'the orchestrator checks each copy again',
  apiTokens: 'an administrator makes new ones: what proves a person is in no file',
  sessions: 'people sign in again',
  accessUses: 'of tokens and sessions that are gone',
  accessVersion: 'follows',
  signInLink: 'it lasts a minute',
  inbox: 'check-ins that no worker has read',
  refusedAddresses: 'the next check-in of the client says it again',
  forecasts: 'the leader makes the forecast of a running campaign again; how earlier ones held is lost',
  facts: 'stop rules count from the resume of their campaign on',
  looks: 'a survey',
  surveys: 'a survey',
  surveysOpen: 'a survey',
  survey: 'a survey',
  surveyWaiting: 'a survey',
  surveyAsked: 'a survey',
  surveyCounts: 'a survey',
  surveyFound: 'a survey',
  lookEvidence: 'a survey',
  notices: 'messages are made from the end of the rebuilt audit on',
  noticeTexts: 'a message that was not delivered',
  noticeOrder: 'a message that was not delivered',
  noticeOpen: 'a message that was not delivered',
  noticeLine: 'a message that was not delivered',
  noticeHeads: 'a message that was not delivered',
  deliveries: 'the log of deliveries',
  forwarded: 'the audit is forwarded from the end of the rebuilt one on',
  noticesDisabled: 'the next answer of the destination says it again',
};

/** Keys that only campaign control needs. */
const ofControl: readonly KeyName[] = ['remediations', 'hooks', 'schedules', 'stepTimes', 'halt', 'facts'];

describe.each(stores)('a campaign that uses everything, when its audit is rebuilt into %s', (_name, open) => {
  it('has every field of before, and its counters are those of its records', async () => {
    const [before, after] = [await open(), await open()];
    const shards = await before.store.shards();
    using sealing = sealingFixture({ store: before.store, shards });
    for (const act of acts) {
      await act(before.store);
      await sealing.sealer.round();
    }
    expect(await rebuild(after.store, systemClock, sealing.files())).toMatchObject({ ok: true });

    const [was, is] = [await documents(before.store), await documents(after.store)];
    for (const [name, value] of Object.entries(was)) expect({ [name]: is[name] }).toEqual({ [name]: value });
    expect((await after.store.readCampaign('sp4'))?.campaign.state.status).toBe('paused');
    expect(await after.store.counters('sp4')).toEqual(await recount(after.store, 'sp4'));
    expect(await after.store.slotsInUse('sp4')).toEqual(await recountSlots(after.store, 'sp4'));

    const [had, has] = [await before.keys(), await after.keys()];
    const unused = ofControl.filter((name) => had.size > 0 && !had.has(keyNames[name]));
    expect(unused).toEqual([]);
    const back = [...had].filter((name) => fate[name as KeyName] === 'back');
    expect(back.filter((name) => !has.has(name))).toEqual([]);
    await Promise.all([before.store.close(), after.store.close()]);
  });
});
