import type { Activation } from '../../shared/store/types.ts';
import { contextOver, keepingDispatcher, standingClock } from '../fixtures/context.ts';
import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { removeMarks } from '../../orchestrator/cli/commands/unmark.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount } from '../twin/recount.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
  writeRelease,
} from './small-orchestrator.ts';
import { unwrapped } from './unwrapped.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';
import type { Commit } from '../../shared/store/types.ts';

const stores: readonly [name: string, open: () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => unwrapped(await openRedisStore(testRedis()))],
  ['sharded Redis', async () => unwrapped(await openRedisStore({ ...testRedis(), shards: 3 }))],
];

const anna = { 'x-servpack-user': 'anna' };
const kim = { 'x-servpack-user': 'kim' };

const contextOf = ({ store, jobs }: SmallOrchestrator) =>
  contextOver(store, standingClock(now), keepingDispatcher(jobs as Activation[]));

type Change = (upgrade: Upgrade) => Upgrade;

const mark = { at: now, bootId: 'boot-1' };
const restart = {
  cause: 'mark',
  orderedAt: now,
  bootBefore: 'boot-1',
  deadline: now + 9e6,
  taken: true,
} as const;
const until = now + 60_000;

const changes = {
  deferred: (upgrade) => ({
    ...upgrade,
    state: { phase: 'deferred', class: 'program', until, because: 'PCMWIN32.EXE runs', blockers: [] },
  }),
  deferredMarked: (upgrade) => ({
    ...withMemory(upgrade, { open: { mark } }),
    state: { phase: 'deferred', class: 'logon', until, because: 'waits for a logon', blockers: [] },
  }),
  restarting: (upgrade) => ({
    ...withMemory(upgrade, { open: { mark, restart } }),
    state: { phase: 'restarting', nextLook: until },
  }),
  failed: (upgrade) => ({
    ...upgrade,
    state: {
      phase: 'settled',
      at: now,
      end: 'failed',
      cause: 'unreachable budget spent',
      because: '=gave up after 30 deferrals',
      blockers: [],
    },
  }),
} satisfies Record<string, Change>;

/** Admits a client and brings it where a driver would have. */
async function bring(store: Store, client: string, change: Change, place: Commit['place']): Promise<void> {
  const key = { campaign: 'sp4', client };
  const pick = await store.readWaiting(key);
  if (pick === null) throw new Error(`${client} does not wait`);
  await store.admit('sp4', [pick], now);
  const begun = await store.begin(key, 1, 'driver', 60_000, now);
  if (begun.kind !== 'begun') throw new Error(begun.because);
  const upgrade = change(begun.stored.upgrade);
  const counters = difference(countersOf(begun.stored.upgrade), countersOf(upgrade));
  const commit = { key, version: 1, fence: begun.fence, upgrade, counters, place, at: now } as const;
  const outcome = await store.commit({ ...commit, consumed: 0, step: 'finish', audit: null, evidence: [] });
  if (outcome.kind !== 'committed') throw new Error(outcome.kind);
}

const rest: Commit['place'] = { index: 'due', dueAt: until, keepsSlots: false };
const firstWave = async ({ store }: SmallOrchestrator, count: number): Promise<readonly string[]> => {
  const picks = await Array.fromAsync(store.waiting('sp4'));
  return picks
    .filter(({ wave }) => wave === 0)
    .map(({ client }) => client)
    .toSorted()
    .slice(0, count);
};
const wide =
  'campaign: sp4\nrelease: sms-sp4\nwaves:\n  - { name: canary, count: 5 }\n  - { name: rest, rest: true }\n';

describe.each(stores)('an abort, on the %s store', (_name, open) => {
  test('cancels what is at rest, leaves what is open, tells who drives, and says so in numbers', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = '', d = ''] = await firstWave(orchestrator, 4);
    await bring(orchestrator.store, a, changes.deferred, rest);
    await bring(orchestrator.store, b, changes.deferredMarked, rest);
    await bring(orchestrator.store, c, changes.restarting, { ...rest, keepsSlots: true } as Commit['place']);
    await bring(orchestrator.store, d, (upgrade) => upgrade, { index: 'driven' });
    const asked = performance.now();
    const { status, body } = await orchestrator.ask(
      'POST',
      '/v1/campaigns/sp4/abort',
      { reason: 'wrong release' },
      anna,
    );
    expect([status, body]).toEqual([
      200,
      {
        campaign: 'sp4',
        status: 'aborted',
        because: 'wrong release',
        release: 'sms-sp4',
        stoppedInMs: expect.any(Number),
        cancelling: false,
        finishing: 2,
        stillMarked: 2,
      },
    ]);
    // What it says of its own time is within the time that the request took.
    expect(body.stoppedInMs).toBeLessThanOrEqual(Math.ceil(performance.now() - asked));
    const settled = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: b });
    expect(settled?.upgrade.state).toMatchObject({
      end: 'cancelled',
      cause: 'still marked',
      because: expect.stringContaining('campaign sp4 was aborted by anna (token default): wrong release'),
    });
    const opened = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: c });
    expect(opened).toMatchObject({
      index: 'due',
      finishing: true,
      upgrade: { memory: { request: { kind: 'end' } } },
    });
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: d }))?.inbox).toMatchObject([
      { type: 'EndRequested' },
    ]);
    const state = (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    expect(state).toMatchObject({
      status: 'aborted',
      endedAt: null,
      stillMarked: 1,
      aborted: { by: 'anna (token default)', stillMarked: 2, finishing: 2 },
      states: { cancelled: 8, waiting: 0, restarting: 1, active: 1 },
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
    // Again changes nothing: nobody is told twice.
    await drainCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: d }))?.inbox).toHaveLength(1);
  });

  test('is over at once where nothing was begun, and refused the second time', async () => {
    await using orchestrator = await startRunning(await open());
    const ask = () => orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
    expect((await ask()).body).toMatchObject({ finishing: 0, stillMarked: 0, cancelling: false });
    await drainCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      endedAt: expect.any(String),
      states: { cancelled: 10 },
    });
    expect((await ask()).body.error.message).toBe('campaign sp4 is over: it is aborted');
  });

  test('is taken back from the machines by unmark, which works while aborted', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, a, changes.deferredMarked, rest);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
    await drainCampaigns().run(contextOf(orchestrator));
    const asked = await orchestrator.ask(
      'POST',
      '/v1/campaigns/sp4/unmark',
      { reason: 'wrong release' },
      anna,
    );
    expect(asked.body).toEqual({ campaign: 'sp4', reopened: 1, passedOver: 0 });
    const key = { campaign: 'sp4', client: a };
    const opened = await orchestrator.store.readUpgrade(key);
    expect(opened).toMatchObject({ index: 'due', finishing: true, upgrade: { attempt: 2 } });
    // Until it is done it counts as marked.
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      endedAt: null,
      stillMarked: 0,
      aborted: { stillMarked: 1, finishing: 1 },
    });
    expect((await orchestrator.store.begin(key, opened?.activation ?? 0, 'next', 60_000, now)).kind).toBe(
      'begun',
    );
    const again = await orchestrator.ask('POST', '/v1/campaigns/sp4/unmark', {}, anna);
    expect(again.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 0 });
  });
});

test('unmark says who is marked and still being finished, so that somebody asks again', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), wide);
  const [a = ''] = await firstWave(orchestrator, 1);
  const api = openApiClient({ url: orchestrator.url, token: orchestrator.token, user: 'anna' });
  const said = async () => {
    const done = unwrapped(await removeMarks(api, 'sp4', 'wrong release', 1));
    return done.lines(plainView);
  };
  await bring(orchestrator.store, a, changes.restarting, { ...rest, keepsSlots: true } as Commit['place']);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
  expect(await said()).toEqual([
    '1 client is still marked until its work in progress is completed. Then run: servpack campaign unmark sp4',
  ]);
});

describe.each(stores)('a halt, on the %s store', (_name, open) => {
  test('stands above every status, holds admission, and is ended by the same person or by who means it', async () => {
    await using orchestrator = await startRunning(await open());
    const { body } = await orchestrator.ask('POST', '/v1/halt', { reason: 'phones ring' }, anna);
    const halted = { by: 'anna (token default)', because: 'phones ring', at: '2026-11-17T09:00:00Z' };
    expect(body).toEqual({ halted });
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body).toMatchObject({
      halted,
      campaigns: [{ halted }],
    });
    await runCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.slotsInUse('sp4')).active).toBe(0);
    const [client = ''] = await firstWave(orchestrator, 1);
    expect((await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body.because).toBe(
      'everything is halted by anna (token default): phones ring',
    );
    expect((await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, kim)).body.error.message).toBe(
      'everything is halted already, by anna (token default): phones ring',
    );
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, kim)).body.error.message).toMatch(
      /ask them, or .*--override$/,
    );
    expect((await orchestrator.ask('POST', '/v1/unhalt', { override: true }, kim)).body).toEqual({
      halted: null,
    });
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, kim)).body.error.message).toBe(
      'nothing is halted',
    );
    await runCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.slotsInUse('sp4')).active).toBe(2);
    const told = (await orchestrator.store.audit(50)).filter(({ to }) => to === 'halted' || to === 'going');
    expect(told.map(({ who, from, to, because }) => [who, from, to, because])).toEqual([
      [
        'kim (token default)',
        'halted',
        'going',
        'everything may go on, which anna (token default) had held (phones ring)',
      ],
      ['anna (token default)', 'going', 'halted', 'phones ring'],
    ]);
  });

  test('leaves a paused campaign paused', async () => {
    await using orchestrator = await startRunning(await open());
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' }, anna);
    await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, anna);
    await orchestrator.ask('POST', '/v1/unhalt', {}, anna);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'paused',
      halted: null,
    });
  });
});

describe.each(stores)('stragglers, on the %s store', (_name, open) => {
  const order = (orchestrator: SmallOrchestrator, client: string, what: string, more = {}) =>
    orchestrator.ask('POST', `/v1/clients/${client}/${what}`, { reason: 'because I say so', ...more }, anna);

  test('are tried again, one or many, and refused in sentences', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    expect((await order(orchestrator, a, 'retry')).body).toEqual({
      client: a,
      campaign: 'sp4',
      because: 'retried: anna (token default): because I say so',
    });
    expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client: a })).toMatchObject({
      index: 'due',
      upgrade: { attempt: 2, state: { phase: 'looking' } },
    });
    const refusal = async (client: string, what: string, more = {}) =>
      (await order(orchestrator, client, what, more)).body.error.message;
    expect(await refusal(b, 'retry')).toBe(`client ${b} in campaign sp4: it has not settled: it is deferred`);
    expect(await refusal(c, 'undo')).toMatch(/it waits and is not admitted yet/);
    expect(await refusal('pc-77', 'skip')).toBe('there is no client named pc-77 in the fleet');
    expect(await refusal(c, 'skip', { campaign: 'sp9' })).toBe('there is no campaign named sp9');
    const none = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'blocked' }, anna);
    expect(none.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 0 });
  });

  test('set an ended campaign going again, and are all found by what they failed of', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    for (const client of await firstWave(orchestrator, 2))
      await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
    for await (const { client } of orchestrator.store.waiting('sp4'))
      expect((await order(orchestrator, client, 'skip')).status).toBe(200);
    await runCampaigns().run(contextOf(orchestrator));
    const status = async () => (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    expect(await status()).toMatchObject({ status: 'ended', states: { skipped: 8, failed: 2 } });
    const asked = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'unreachable' }, anna);
    expect(asked.body).toEqual({ campaign: 'sp4', reopened: 2, passedOver: 0 });
    expect(await status()).toMatchObject({ status: 'running', states: { active: 2 } });
    await runCampaigns().run(contextOf(orchestrator));
    expect((await status()).status).toBe('running');
  });

  test('are skipped: one that waits, one at rest, and one that is driven', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.deferred, rest);
    await bring(orchestrator.store, b, (upgrade) => upgrade, { index: 'driven' });
    const says = async (client: string) => (await order(orchestrator, client, 'skip')).body.because;
    const skipped = 'skipped by anna (token default): because I say so';
    expect([await says(a), await says(c)]).toEqual([skipped, skipped]);
    expect(await says(b)).toBe('a worker is at it: it is skipped as soon as nothing is open on it');
    expect((await order(orchestrator, b, 'skip')).body.error.message).toMatch(
      /its driver has been told already$/,
    );
    expect((await order(orchestrator, a, 'skip')).body.error.message).toMatch(
      /it has settled: skipped by anna/,
    );
    const [newest] = await orchestrator.store.audit(1, { client: c });
    expect(newest).toMatchObject({
      who: 'anna (token default)',
      from: 'waiting',
      to: 'settled',
      because: skipped,
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
  });

  test('are listed, as JSON lines and as CSV that no spreadsheet runs', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    const text = async (query: string) => {
      const headers = { authorization: `Bearer ${orchestrator.token}` };
      return (await fetch(`${orchestrator.url}/v1/campaigns/sp4/clients?${query}`, { headers })).text();
    };
    const clients = async (query: string) =>
      (await text(query))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { client: string }).client);
    expect(await clients('')).toHaveLength(10);
    expect(new Set(await clients('')).size).toBe(10);
    expect(await clients('state=waiting')).toHaveLength(8);
    expect(await clients('state=failed')).toEqual([a]);
    expect(await clients('cause=UNREACHABLE')).toEqual([a]);
    expect(await clients('cause=pcmwin32')).toEqual([b]);
    expect(await clients('wave=canary&state=deferred')).toEqual([b]);
    expect(await clients('server=LS-MIL')).toHaveLength(3);
    const csv = (await text('state=failed&format=csv')).split('\n');
    expect(csv[0]).toMatch(/^client,wave,logonServer,attempt,state,end,cause,reason,/);
    expect(csv[1]).toContain(",'=gave up after 30 deferrals,");
    expect(
      (await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?server=LS-NOPE')).body.error.message,
    ).toBe('campaign sp4 has no clients of a logon server LS-NOPE');
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?wave=nope')).body.error.message).toBe(
      'campaign sp4 has no wave nope; its waves are canary, rest',
    );
  });
});

describe.each(stores)('a withdrawn release, on the %s store', (_name, open) => {
  async function startReady(): Promise<SmallOrchestrator> {
    const orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml() });
    return orchestrator;
  }
  const withdraw = (orchestrator: SmallOrchestrator) =>
    orchestrator.ask('POST', '/v1/releases/sms-sp4/withdraw', { reason: 'restarts do not come back' }, anna);

  test('starts nothing, is not staged again by mistake, and starts again when somebody means it', async () => {
    await using orchestrator = await startReady();
    expect((await withdraw(orchestrator)).body).toEqual({ release: 'sms-sp4', waiting: [] });
    const because = 'was withdrawn by anna (token default): restarts do not come back';
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.error.message).toBe(
      `release sms-sp4 ${because}; nothing is started with it until it is staged again`,
    );
    const path = writeRelease(orchestrator);
    expect((await orchestrator.ask('POST', '/v1/releases', { path })).body.error.message).toContain(because);
    expect((await orchestrator.ask('POST', '/v1/releases', { path, override: true })).status).toBe(200);
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.status).toBe('running');
  });

  test('is refused while a campaign rolls it out, and stays as it was', async () => {
    await using orchestrator = await startReady();
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    expect((await withdraw(orchestrator)).body.error.message).toBe(
      'release sms-sp4 is being rolled out by campaign sp4, which is running; abort that one first',
    );
    expect((await orchestrator.store.readRelease('sms-sp4'))?.withdrawn).toBeUndefined();
  });

  test('may have a version in its name, as most have', async () => {
    await using orchestrator = await startReady();
    await orchestrator.ask('POST', '/v1/releases', {
      path: writeRelease(orchestrator, 'echo staged', 'sms-1.2-sp4'),
    });
    const asked = await orchestrator.ask(
      'POST',
      '/v1/releases/sms-1.2-sp4/withdraw',
      { reason: 'wrong' },
      anna,
    );
    expect(asked.body).toEqual({ release: 'sms-1.2-sp4', waiting: [] });
    expect((await orchestrator.ask('GET', '/v1/releases/sms-1.2-sp4/servers')).status).toBe(200);
    expect((await orchestrator.ask('GET', '/v1/releases/a%2Fb/servers')).body.error.message).toContain(
      'is not a name of 1 to 63 letters, digits, dots, - and _',
    );
  });

  test('is said by the campaigns that wait for it', async () => {
    await using orchestrator = await startReady();
    const later = campaignYaml('later', 'startAt: "2026-12-24 22:00 Europe/Rome"\n');
    expect((await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: later })).status).toBe(
      200,
    );
    expect((await orchestrator.ask('POST', '/v1/campaigns/later/start')).body.status).toBe('scheduled');
    expect((await withdraw(orchestrator)).body).toEqual({ release: 'sms-sp4', waiting: ['later'] });
    expect((await orchestrator.ask('GET', '/v1/campaigns/later')).body.withdrawn).toMatchObject({
      by: 'anna (token default)',
      because: 'restarts do not come back',
    });
  });

  test('does not slip through between the look of a start and the start', async () => {
    await using orchestrator = await startReady();
    const [started, withdrawn] = await Promise.all([
      orchestrator.ask('POST', '/v1/campaigns/sp4/start'),
      withdraw(orchestrator),
    ]);
    const isRunning = (await orchestrator.store.readCampaign('sp4'))?.campaign.state.status === 'running';
    const isWithdrawn = (await orchestrator.store.readRelease('sms-sp4'))?.withdrawn !== undefined;
    expect(new Set([started.status, withdrawn.status])).toEqual(new Set([200, 409]));
    expect(isRunning).toBe(!isWithdrawn);
  });
});
