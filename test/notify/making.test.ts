import { expect, test, describe } from 'vitest';
import { pauseCampaign } from '../../orchestrator/campaigns/transitions.ts';
import { resumeCampaign } from '../../orchestrator/campaigns/resume.ts';
import { openConditions } from '../../orchestrator/notify/conditions.ts';
import { makeNotices } from '../../orchestrator/rounds/make-notices.ts';
import type { NoticeKind } from '../../orchestrator/domain/notice-kinds.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import type { NotifySettings } from '../../orchestrator/notify/settings.ts';
import { noticeKinds } from '../../orchestrator/domain/notice-kinds.ts';
import type { Round } from '../../orchestrator/rounds/repeat.ts';
import { ledBy } from '../../orchestrator/rounds/leader.ts';
import { evaluateCampaign } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Store } from '../../shared/store/store.ts';
import { contextOver } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { stores } from '../fixtures/stores.ts';
import { openCampaign, patient, smsRelease, workstation } from '../fixtures/running-campaign.ts';
import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import { manifestOf } from '../../shared/store/release-store.ts';
import { copyOn, entry, longLease, noLease } from '../contract/store/fixtures.ts';
import { takeMessages, webhookTo } from './notice-fixture.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 17, 9);

/** Policy time that a test moves on. */
const movingClock = () => {
  let at = start;
  return {
    clock: { now: () => at, realNow: () => Date.now(), realDelay: () => 0, policySpan: (ms: number) => ms },
    wait: (ms: number): void => void (at += ms),
  };
};

const roundOf = (settings: NotifySettings, kinds: readonly NoticeKind[] = noticeKinds): Round =>
  makeNotices({
    settings,
    queue: { look: async () => undefined, rest: async () => undefined },
    conditions: openConditions(new Set(kinds), { everyMs: 0, persistsMs: 0, stillMs: 30 * minute }),
  });

const clients = ['pc-1', 'pc-2', 'pc-3'].map((name) => workstation(name));

const contextWith = (store: Store, clock: LeaderContext['clock']): LeaderContext =>
  contextOver(store, clock, keepingDispatcher([]));

/** A store in which the campaign sp4 runs, at a time that stands. */
async function running(store: Store) {
  await openCampaign(store, { clients, at: start });
  return { store, context: contextWith(store, movingClock().clock) };
}

describe.each(stores)('messages on the %s store', (_name, open) => {
  test('say what happened, why and what comes next, once, whichever process leads', async () => {
    const { store, context } = await running(await open());
    const settings = webhookTo('https://hooks.example/');
    const first = roundOf(settings);
    await first.run(context);
    expect(await takeMessages(store)).toEqual([]);
    await pauseCampaign(context, 'anna', 'sp4', 'the share is full');
    await first.run(context);
    // Another process begins its term with everything as news.
    const second = roundOf(settings);
    await second.run(context);
    await resumeCampaign(context, 'kim', 'sp4', { override: true });
    await first.run(context);
    await second.run(context);
    const [paused, goesOn, ...others] = await takeMessages(store);
    expect(others).toEqual([]);
    expect(paused).toMatchObject({
      type: 'campaign.paused',
      state: 'opened',
      title: 'campaign sp4 is paused by anna',
      why: 'the share is full',
      next: ['servpack campaign resume sp4   # anybody but anna adds --override'],
      counts: { size: 3, settled: 0, waiting: 3 },
    });
    expect(goesOn).toMatchObject({
      type: 'campaign.resumed',
      state: 'over',
      ends: [{ type: 'campaign.paused', messages: [paused?.id] }],
    });
    await store.close();
  });

  test('of ten thousand clients that fail are one', async () => {
    const { store, context } = await running(await open());
    const round = roundOf(webhookTo('https://hooks.example/'));
    await round.run(context);
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    // The counters of the store, as commits of workers would leave them.
    const counters = { 'state|0|LS-1|failed': 10_000, 'cause|0|no room': 10_000 };
    const failing: LeaderContext = {
      ...context,
      store: { ...context.store, counters: async () => counters },
    };
    const { campaign } = record;
    const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
    const waves = [
      { name: 'all', size: { rest: true as const }, gate },
      { name: 'rest', size: { rest: true as const }, gate },
    ];
    const big = { ...campaign, definition: { ...campaign.definition, waves }, waveSizes: [20_000, 1] };
    await store.commitCampaign(big, record.version, entry('sp4'));
    const next = await store.readCampaign('sp4');
    if (next === null) throw new Error('no campaign');
    await evaluateCampaign(failing, next);
    await round.run(failing);
    const all = await takeMessages(store);
    expect(all.map(({ type }) => type)).toEqual(['gate.broken']);
    expect(all[0]).toMatchObject({
      counts: { failed: 10_000 },
      causes: [{ cause: 'no room', count: 10_000 }],
    });
    await store.close();
  });

  test('are made by no process whose term is over', async () => {
    const { store, context } = await running(await open());
    const settings = webhookTo('https://hooks.example/');
    const old = await store.lead('one', noLease);
    const stale = { ...context, store: ledBy(context.store, old.fence) };
    const round = roundOf(settings);
    await round.run(stale);
    const present = await store.lead('two', longLease);
    const leading = { ...context, store: ledBy(context.store, present.fence) };
    const other = roundOf(settings);
    await other.run(leading);
    await pauseCampaign(context, 'anna', 'sp4', 'the share is full');
    await other.run(leading);
    await round.run(stale);
    expect((await takeMessages(store)).map(({ type }) => type)).toEqual(['campaign.paused']);
    await store.close();
  });

  test('go to nobody from a campaign that names no destination, and the audit is passed over', async () => {
    const { store, context } = await running(await open());
    const round = roundOf(webhookTo('https://hooks.example/'));
    await round.run(context);
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    const { campaign } = record;
    const quiet = { ...campaign, definition: { ...campaign.definition, notify: { to: [] } } };
    await store.commitCampaign(quiet, record.version, entry('sp4'));
    await pauseCampaign(context, 'anna', 'sp4', 'lunch');
    await round.run(context);
    expect(await takeMessages(store)).toEqual([]);
    await store.close();
  });
});

describe('what lasts', () => {
  const [, open] = stores[0] ?? [];
  if (open === undefined) throw new Error('no store');

  test('is a message when it begins and one when it ends: no worker, a failing leader, an audit that is not written, clients that wait', async () => {
    const store = await open();
    const { clock, wait } = movingClock();
    let [isMissing, trouble] = [true, 'no room is left on its disk' as string | null];
    const context: LeaderContext = {
      ...contextWith(store, clock),
      auditTrouble: () => trouble,
      processes: {
        leaderFound: () => undefined,
        missing: async () => (isMissing ? [{ process: 'worker', since: start }] : []),
      },
    };
    await openCampaign(store, { clients, at: start });
    const failure = { campaign: 'sp4', round: 'sweep', because: 'no such release', since: start };
    await store.noteRoundFailure(failure);
    const round = roundOf(webhookTo('https://hooks.example/'));
    const nothing = { everything: false, campaigns: new Set<string>(), clients: new Set<string>() };
    await round.run(context);
    await round.run(context, nothing);
    expect((await takeMessages(store)).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'workers.none opened',
      'audit.stalled opened',
      'leader.failing opened',
    ]);
    [isMissing, trouble] = [false, null];
    await store.clearRoundFailure(failure);
    wait(5 * minute);
    await round.run(context, nothing);
    expect((await takeMessages(store)).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'workers.none over',
      'audit.stalled over',
      'leader.failing over',
    ]);
    wait(26 * minute);
    await round.run(context, nothing);
    const [still] = await takeMessages(store);
    expect(still).toMatchObject({
      type: 'campaign.still',
      state: 'opened',
      why: expect.stringContaining('3 clients wait') as string,
    });
    wait(minute);
    await round.run(context, { ...nothing, clients: new Set(['sp4']) });
    wait(5 * minute);
    await round.run(context, nothing);
    expect((await takeMessages(store)).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'campaign.still over',
    ]);
    await store.close();
  });

  test('is one message for all copies that are broken, and for all clients that ask or fail', async () => {
    const store = await open();
    const { clock, wait } = movingClock();
    const context = contextWith(store, clock);
    const release = { ...smsRelease, copies: { path: '/srv/{logonServer}', except: {} } };
    await openCampaign(store, { clients, release, at: start });
    const settings = { ...webhookTo('https://hooks.example/'), gatherMs: 5 * minute };
    const round = roundOf(settings);
    const nothing = { everything: false, campaigns: new Set<string>(), clients: new Set<string>() };
    await round.run(context);
    const manifest = manifestOf(release);
    const copies = (state: CopyStatus['state']): readonly CopyStatus[] =>
      Array.from({ length: 40 }, (_, at) => ({
        ...copyOn(`LS-${at}`, state),
        because: state === 'verified' ? '' : 'there is no such folder',
      }));
    await store.writeCopies('sms-sp4', manifest, copies('unreadable'), []);
    await round.run(context, nothing);
    expect(await takeMessages(store)).toEqual([]);
    wait(5 * minute);
    await round.run(context, nothing);
    const [broken, ...none] = await takeMessages(store);
    expect(none).toEqual([]);
    expect(broken).toMatchObject({
      type: 'copy.broken',
      state: 'opened',
      title: 'release sms-sp4: the copies on 40 logon servers are broken',
      inAll: 40,
      next: ['servpack release servers sms-sp4'],
    });
    await store.writeCopies('sms-sp4', manifest, copies('verified'), []);
    await round.run(context, nothing);
    wait(5 * minute);
    await round.run(context, nothing);
    const [whole] = await takeMessages(store);
    expect(whole).toMatchObject({ type: 'copy.broken', state: 'over', inAll: 40 });
    expect(whole?.ends.every(({ messages }) => messages[0] === broken?.id)).toBe(true);

    const counting = (failed: number, asking = 0): LeaderContext => ({
      ...context,
      store: {
        ...context.store,
        counters: async () => ({ 'state|0|LS-1|failed': failed, 'deferred|approval': asking }),
      },
    });
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    const { campaign } = record;
    const asks = { ...campaign.definition, approvals: [{ each: 'relocation' as const }] };
    await store.commitCampaign({ ...campaign, definition: asks }, record.version, entry('sp4'));
    await round.run(counting(0, 300), nothing);
    wait(5 * minute);
    await round.run(counting(0, 300), nothing);
    expect(await takeMessages(store)).toMatchObject([
      { type: 'approval.requested', state: 'opened', why: '300 clients wait for an approval' },
    ]);
    await round.run(counting(0), nothing);
    wait(5 * minute);
    await round.run(counting(0), nothing);
    expect((await takeMessages(store)).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'approval.decided over',
    ]);
    for (const failed of [400, 9_000, 10_000]) await round.run(counting(failed), nothing);
    wait(5 * minute);
    await round.run(counting(10_000), nothing);
    await round.run(counting(10_000), nothing);
    expect((await takeMessages(store)).map(({ title }) => title)).toEqual([
      'campaign sp4: 10000 clients failed or need attention',
    ]);
    await store.close();
  });

  test('is a message while the forecast is after the end of the campaign', async () => {
    const store = await open();
    const { clock } = movingClock();
    const context = contextWith(store, clock);
    const end = { at: start + 60 * minute, does: 'finish' as const };
    await openCampaign(store, { clients, policy: { ...patient, end }, at: start });
    const round = roundOf(webhookTo('https://hooks.example/'));
    const nothing = { everything: false, campaigns: new Set<string>(), clients: new Set<string>() };
    await round.run(context);
    const keep = async (p90: number): Promise<void> => {
      const ends = {
        because: null,
        end: { p50: p90, p90 },
        waves: [],
        replicates: 40,
        looked: 9,
        settled: 9,
      };
      const newest = { madeAt: start, ...ends };
      const kept = { basis: { startedAt: start }, finished: 0, newest, earlier: [] };
      expect(await store.keepForecasts('sp4', kept)).toBe(true);
    };
    for (const p90 of [end.at, end.at + 1, end.at + 2, end.at]) {
      await keep(p90);
      await round.run(context, nothing);
    }
    expect((await takeMessages(store)).map(({ title }) => title)).toEqual([
      'campaign sp4: its forecast is after its end',
      'campaign sp4: its forecast is in time again',
    ]);
    await store.close();
  });
});
