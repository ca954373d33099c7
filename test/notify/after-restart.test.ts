import { expect, test } from 'vitest';
import { pauseCampaign } from '../../orchestrator/campaigns/transitions.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { noticeKinds } from '../../orchestrator/domain/notice-kinds.ts';
import { openConditions } from '../../orchestrator/notify/conditions.ts';
import { makeNotices } from '../../orchestrator/rounds/make-notices.ts';
import type { Round } from '../../orchestrator/rounds/repeat.ts';
import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import { manifestOf } from '../../shared/store/release-store.ts';
import { copyOn } from '../contract/store/fixtures.ts';
import { contextOver } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { openCampaign, patient, smsRelease, workstation } from '../fixtures/running-campaign.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { takeMessages, webhookTo } from './notice-fixture.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 17, 9);
const nothing = { everything: false, campaigns: new Set<string>(), clients: new Set<string>() };
/** What a process makes messages with; none knows what another one has seen. */
const processThat = (persistsMs: number): Round =>
  makeNotices({
    settings: webhookTo('https://hooks.example/'),
    queue: { look: async () => undefined, rest: async () => undefined },
    conditions: openConditions(new Set(noticeKinds), { everyMs: 0, persistsMs, stillMs: 30 * minute }),
  });

/** A store in which one process has opened an alarm of each kind that lasts. */
async function alarmed() {
  let at = start;
  const store = createMemoryStore(() => at);
  const clock = {
    now: () => at,
    realNow: () => Date.now(),
    realDelay: () => 0,
    policySpan: (ms: number) => ms,
  };
  const end = { at: start + 60 * minute, does: 'finish' as const };
  const clients = ['pc-1', 'pc-2', 'pc-3'].map((name) => workstation(name));
  const release = { ...smsRelease, copies: { path: '/srv/{logonServer}', except: {} } };
  const policy = { ...patient, end };
  await openCampaign(store, { clients, release, policy, at: start });
  let isMissing = false;
  let trouble: string | null | undefined = 'no room is left on its disk';
  const context: LeaderContext = {
    ...contextOver(store, clock, keepingDispatcher([])),
    auditTrouble: () => trouble,
    processes: {
      leaderFound: () => undefined,
      missing: async () => (isMissing ? [{ process: 'worker', since: start }] : []),
    },
  };
  const copies = async (server: string, state: CopyStatus['state']): Promise<void> => {
    const copy = { ...copyOn(server, state), since: at };
    await store.writeCopies('sms-sp4', manifestOf(release), [copy], []);
  };
  const foresee = async (p90: number | null): Promise<void> => {
    const counts = { madeAt: at, replicates: 40, looked: 9, settled: 9 };
    const newest = p90 === null ? null : { ...counts, because: null, end: { p50: p90, p90 }, waves: [] };
    await store.keepForecasts('sp4', { basis: { startedAt: start }, finished: 0, newest, earlier: [] });
  };
  const failure = { campaign: 'sp4', round: 'sweep', because: 'no such release', since: start };
  await store.noteRoundFailure(failure);
  // The copy of the clients is whole; that of another server will not be.
  await copies('LS-1', 'verified');
  await copies('LS-2', 'verified');
  await foresee(end.at + 1);
  const first = processThat(0);
  await first.run(context);
  await first.run(context, nothing);
  await copies('LS-2', 'incomplete');
  at += 31 * minute;
  await first.run(context, nothing);
  // Only now does the last worker go.
  isMissing = true;
  await first.run(context, nothing);
  const opened = await takeMessages(store);
  return {
    store,
    context,
    opened,
    foresee,
    copies,
    set: (now: { isMissing?: boolean; trouble?: string | null | undefined }) => {
      if (now.isMissing !== undefined) ({ isMissing } = now);
      if ('trouble' in now) ({ trouble } = now);
    },
    wait: (ms: number): void => void (at += ms),
  };
}

test('no alarm is over because another process leads and does not know yet', async () => {
  const { store, context, opened, foresee, set, wait, copies } = await alarmed();
  expect(opened.map(({ type, state }) => `${type} ${state}`).toSorted()).toEqual([
    'audit.stalled opened',
    'campaign.still opened',
    'copy.broken opened',
    'forecast.slipped opened',
    'leader.failing opened',
    'workers.none opened',
  ]);
  // The new process has not tried to write the audit, and has made no forecast.
  set({ trouble: undefined });
  await foresee(null);
  const second = processThat(minute);
  await second.run(context);
  wait(15_000);
  await second.run(context, nothing);
  set({ trouble: 'no room is left on its disk' });
  wait(15_000);
  await second.run(context, nothing);
  expect((await takeMessages(store)).map(({ title }) => title)).toEqual([]);
  // Now it knows.
  set({ isMissing: false, trouble: null });
  await store.clearRoundFailure({ campaign: 'sp4', round: 'sweep' });
  await copies('LS-2', 'verified');
  await foresee(start);
  wait(15_000);
  await second.run(context, { ...nothing, clients: new Set(['sp4']) });
  const over = await takeMessages(store);
  expect(over.every(({ state }) => state === 'over')).toBe(true);
  expect(over.map(({ title }) => title).toSorted()).toEqual([
    'a worker runs again',
    'campaign sp4: it goes on',
    'campaign sp4: its forecast is in time again',
    'campaign sp4: the leader no longer fails at it',
    'release sms-sp4: its copies are whole again',
    'the audit is written again',
  ]);
  await store.close();
});

test('the end of an alarm gives the one reason for which it is over', async () => {
  const { store, context } = await alarmed();
  await pauseCampaign(context, 'anna', 'sp4', 'lunch');
  const second = processThat(minute);
  await second.run(context);
  const over = (await takeMessages(store)).filter(({ state }) => state === 'over');
  expect(over.map(({ title, happenings }) => `${title} | ${happenings.at(-1)?.says}`).toSorted()).toEqual([
    'campaign sp4: it does not run now | it does not run now',
    'campaign sp4: it does not run now | it does not run now',
    'no campaign runs, so no worker is needed | no campaign runs, so no worker is needed',
    'release sms-sp4: no running campaign needs its copies | no running campaign needs its copies',
  ]);
  await store.close();
});
