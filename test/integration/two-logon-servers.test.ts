import { clientsWith } from '../fixtures/clients-with.ts';
import { contextOver, workerContext } from '../fixtures/context.ts';
import { manualDispatcher } from '../fixtures/dispatchers.ts';
import { expect, test, vi } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import type { Budgets, Release } from '../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { everyDay, isWindowOpen, type Window } from '../../shared/domain/time/window.ts';
import { manifestOf } from '../../shared/store/release-store.ts';
import { recount, recountSlots } from '../twin/recount.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { activate } from '../../workers/activation.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { testRedis } from '../environment/redis.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { stagedComponents } from '../lab/staged-tree.ts';
import { JumpingClock } from '../fixtures/jumping-clock.ts';
import { openCampaign, patient, smsRelease } from '../fixtures/running-campaign.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { patienceMs } from '../environment/patience.ts';

/**
 * Machines of the lab at two logon servers, with a real Redis, the real rounds and the real
 * driver.
 */

vi.setConfig({ testTimeout: 180_000 });

const monday = Date.UTC(2026, 10, 16, 12);
const zoneOf = { 'LS-ROM': 'Europe/Rome', 'LS-PUN': 'Asia/Kolkata' } as const;
type Server = keyof typeof zoneOf;

interface Seat {
  readonly client: string;
  readonly server: Server;
  /** The logon server where the lab has the client, when it is not `server`. */
  readonly seenOn?: Server;
}

interface Site extends AsyncDisposable {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly release: Release;
  /** Runs rounds and jobs in their order until `isSo`; calls `watch` after each. */
  until(isSo: () => Promise<boolean>, watch?: () => Promise<void>): Promise<void>;
  /** Runs rounds and jobs for so long in lab time. */
  pass(ms: number, watch?: () => Promise<void>): Promise<void>;
}

async function openSite(
  seats: readonly Seat[],
  {
    policy = {},
    budgets,
    copies,
  }: {
    readonly policy?: Partial<CampaignPolicy>;
    readonly budgets: Budgets;
    readonly copies?: Release['copies'];
  },
): Promise<Site> {
  const clock = new JumpingClock(monday);
  const rows = seats.map(({ client, server }) => ({
    client,
    host: client,
    logonServer: server,
    zone: zoneOf[server],
    role: 'workstation' as const,
    labels: [],
  }));
  const fleet = await startFleet({
    rows: rows.map((row, at) => ({ ...row, logonServer: seats[at]?.seenOn ?? row.logonServer })),
    seed: 'one',
    release: stagedComponents,
    clock,
    startedAt: monday,
  });
  const store = unwrapped(await openRedisStore(testRedis()));
  const dispatcher = manualDispatcher();
  const context = contextOver(store, clock, dispatcher);
  const release = { ...smsRelease, ...(copies === undefined ? {} : { copies }) };
  await openCampaign(store, {
    clients: rows,
    release,
    policy: { ...patient, ...policy },
    budgets,
    at: monday,
  });
  const gateway = connectSimulatedGateway({ port: fleet.port, deadlineMs: patienceMs });
  const worker = { ...workerContext({ store, dispatcher, clock, gateway }), leaseMs: 30_000 };
  const step = async (): Promise<void> => {
    await runCampaigns().run(context);
    const job = dispatcher.next();
    const soon = clock.now() + 10 * 60_000;
    if (job === undefined || job.dueAt > soon) {
      if (job !== undefined) dispatcher.jobs.push(job);
      clock.forward(soon);
      return;
    }
    clock.forward(job.dueAt);
    await activate(worker, job.key, job.activation, job.queue, new AbortController().signal);
  };
  const until: Site['until'] = async (isSo, watch) => {
    for (let count = 0; count < 5_000; count += 1) {
      if (await isSo()) return;
      await step();
      await watch?.();
    }
    throw new Error('not after 5,000 rounds');
  };
  return {
    store,
    fleet,
    release,
    until,
    pass: (ms, watch) => {
      const end = clock.now() + ms;
      return until(async () => clock.now() >= end, watch);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await fleet.close();
      await store.close();
    },
  };
}

const copy = (logonServer: string, state: CopyStatus['state']): CopyStatus => ({
  logonServer,
  state,
  filesOk: 1,
  filesInAll: 2,
  because: 'x',
  since: 0,
  checkedAt: 0,
});

const isOver = (store: Store) => async (): Promise<boolean> =>
  (await store.readCampaign('sp4'))?.campaign.state.status === 'ended';

async function endsOf(store: Store): Promise<Readonly<Record<string, string>>> {
  const ends: Record<string, string> = {};
  for await (const { key, upgrade } of store.upgrades('sp4'))
    ends[key.client] =
      `${upgrade.logonServer} ${upgrade.state.phase === 'settled' ? upgrade.state.end : upgrade.state.phase}`;
  return ends;
}

test('a client of a logon server without a copy is not touched before there is one, also a client that moved there', async () => {
  const [a = '', b = '', c = '', d = '', e = ''] = clientsWith('free', 5);
  const seats: readonly Seat[] = [
    { client: a, server: 'LS-ROM' },
    { client: b, server: 'LS-ROM' },
    { client: c, server: 'LS-PUN' },
    // These clients have moved from Rome to Pune, and from Pune to Rome.
    { client: d, server: 'LS-ROM', seenOn: 'LS-PUN' },
    { client: e, server: 'LS-PUN', seenOn: 'LS-ROM' },
  ];
  await using site = await openSite(seats, {
    budgets: { active: 9, perLogonServer: 9, maxDownloads: { everywhere: null, at: { 'LS-ROM': 1 } } },
    copies: { path: '/mnt/{logonServer}', except: {} },
  });
  const { store, release } = site;
  const write = (...found: readonly CopyStatus[]) =>
    store.writeCopies(release.release, manifestOf(release), found, []);
  /** The most clients of Rome that were marked at once. */
  let most = 0;
  const watch = async (): Promise<void> => {
    const counters = await store.counters('sp4');
    most = Math.max(most, counters['downloading|LS-ROM'] ?? 0);
    expect(counters).toEqual(await recount(store, 'sp4'));
    expect(await store.slotsInUse('sp4')).toEqual(await recountSlots(store, 'sp4'));
  };
  await write(copy('LS-ROM', 'verified'), copy('LS-PUN', 'incomplete'));
  await site.until(async () => {
    const ends = await endsOf(store);
    return [a, b].every((client) => ends[client] === 'LS-ROM upgraded');
  }, watch);
  await site.pass(5 * 3_600_000, watch);
  expect(most).toBe(1);
  for (const client of [c, d, e]) expect((await site.fleet.clientTruth(client))?.journal).toEqual([]);
  // The record of the looked-at client has its new logon server; the other clients were never
  // asked.
  expect((await endsOf(store))[d]).toBe('LS-PUN looking');
  expect((await store.readUpgrade({ campaign: 'sp4', client: d }))?.index).toBe('parked');
  expect(await store.readWaiting({ campaign: 'sp4', client: e })).not.toBeNull();

  await write(copy('LS-PUN', 'verified'));
  await site.until(isOver(store), watch);
  expect(await endsOf(store)).toEqual({
    [a]: 'LS-ROM upgraded',
    [b]: 'LS-ROM upgraded',
    [c]: 'LS-PUN upgraded',
    [d]: 'LS-PUN upgraded',
    [e]: 'LS-ROM upgraded',
  });
  expect(most).toBe(1);
});

test('a client is admitted, looked at and marked in the nights of its own time zone', async () => {
  // Clients that are switched off are deferred into the day.
  const seats = [...clientsWith('free', 4), ...clientsWith('offlineForDays', 4)].map((client, at): Seat => ({
    client,
    server: at % 2 === 0 ? 'LS-ROM' : 'LS-PUN',
  }));
  const window: Window = { days: everyDay, from: 22 * 60, to: 5 * 60 };
  await using site = await openSite(seats, { policy: { window }, budgets: { active: 2, perLogonServer: 2 } });
  const { store } = site;
  await site.until(isOver(store));
  const entries = (await store.audit(10_000)).toReversed();
  const begun = new Set<string>();
  const outside: unknown[] = [];
  const seen = new Set<string>();
  for (const { client, to, at, because } of entries) {
    if (client === null) continue;
    const zone = zoneOf[seats.find((seat) => seat.client === client)?.server ?? 'LS-ROM'];
    // A step that is decided in the last minute of the night is written a moment later.
    const isNight = isWindowOpen(window, zone, at) || isWindowOpen(window, zone, at - 20 * 60_000);
    if (!isNight && !begun.has(client) && (to === 'looking' || to === 'marking'))
      outside.push([client, to, at, because]);
    if (to === 'marking') begun.add(client);
    if (to === 'marking') seen.add(zone);
  }
  expect(outside).toEqual([]);
  expect([...seen].toSorted()).toEqual(['Asia/Kolkata', 'Europe/Rome']);
  expect(new Set(Object.values(await endsOf(store)))).toEqual(
    new Set(['LS-ROM upgraded', 'LS-PUN upgraded']),
  );
});
