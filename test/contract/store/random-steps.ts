import fc from 'fast-check';
import type { Budgets } from '../../../shared/domain/campaign/definition.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import {
  type RestartLimits,
  restartRules,
  type RestartRules,
} from '../../../shared/domain/rules/restart-limits.ts';
import { withMemory } from '../../../shared/domain/upgrade/state.ts';
import { restartUseOf } from '../../../shared/store/restart-use.ts';
import { manifestOf } from '../../../shared/store/release-store.ts';
import type { Store } from '../../../shared/store/store.ts';
import {
  all,
  at,
  deferred,
  driven,
  entry,
  copyOn,
  gated,
  marked,
  marking,
  message,
  parked,
  pausedState,
  pick,
  restarting,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { storeFixture, type StoreFixture } from './store-fixture.ts';
import type { MemberStep } from '../../../shared/store/member-changes.ts';
import type { Fence, StoredUpgrade, UpgradeKey } from '../../../shared/store/types.ts';
import type { Commit } from '../../../shared/store/upgrade-store.ts';

/**
 * A random step on a store: mostly what well-behaved callers do, now and then what late, repeated
 * or lost callers do. Two campaigns want the same clients, and the budgets are small.
 */
export type Step = (run: StepRun) => Promise<unknown>;

/**
 * Random steps on one store, with what its callers remember. Two stores get a run each and the same
 * steps.
 */
export interface StepRun {
  readonly fixture: StoreFixture;
  readonly fences: Map<string, Fence>;
  now: number;
  steps: number;
}

export const campaigns = ['sp3', 'sp4'] as const;
const servers = ['LS-1', 'LS-2', 'LS-3'] as const;
export const clients = ['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6', 'pc-7', 'pc-8'] as const;
/**
 * What the steps may do. Several shards each hold the budget of a logon server for themselves, and
 * share out the campaign's budget in rounds.
 */
export interface Mode {
  readonly budgets: readonly Budgets[];
  readonly roaming: boolean;
  /** Campaigns are removed, whatever is open in them, and others of their names created. */
  readonly removing?: boolean;
  /** Clients join the campaigns and leave them. */
  readonly joining?: boolean;
  /** Clients restart, in campaigns that limit how many do so at the same time. */
  readonly restarting?: boolean;
}
export const oneShard: Mode = {
  budgets: [
    { active: 4, perLogonServer: 3 },
    { active: 2, perLogonServer: 1 },
    { active: 4, perLogonServer: 3, maxDownloads: { everywhere: 2, at: { 'LS-3': 1 } } },
  ],
  roaming: true,
};
export const severalShards: Mode = {
  budgets: [
    { active: 30, perLogonServer: 3 },
    { active: 30, perLogonServer: 1 },
  ],
  roaming: false,
};
const waitingClients = clients.map((client, n) => pick(client, servers[n % 2], n === 7 ? 2 : n % 2));

export async function newRun(store: Store, { budgets: [budgets] }: Mode = oneShard): Promise<StepRun> {
  const fixture = storeFixture(store);
  await store.stageRelease(gated, null, entry(''));
  await store.writeCopies(
    gated.release,
    manifestOf(gated),
    servers.map((name) => copyOn(name, 'verified')),
    [],
  );
  for (const campaign of campaigns)
    await fixture.campaign(campaign, waitingClients, runningState(2), budgets);
  await store.admit('sp3', waitingClients.slice(0, 4), at);
  return { fixture, fences: new Map(), now: at, steps: 0 };
}

const campaign = fc.constantFrom(...campaigns);
const anyKey = fc.record({ campaign, client: fc.constantFrom(...clients) });

/** Mostly an upgrade that is in this index now, sometimes any upgrade. */
const inIndex = (index: StoredUpgrade['index']): fc.Arbitrary<(run: StepRun) => Promise<UpgradeKey>> =>
  fc
    .tuple(anyKey, fc.nat(clients.length), fc.integer({ min: 0, max: 9 }))
    .map(([any, which, luck]) => async ({ fixture }) => {
      const upgrades = (await Promise.all(campaigns.map((name) => all(fixture.store.upgrades(name))))).flat();
      const there = upgrades.filter((upgrade) => upgrade.index === index).map(({ key }) => key);
      there.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      return (luck === 0 ? undefined : there[which % Math.max(1, there.length)]) ?? any;
    });

/** Mostly 0, sometimes off by one. */
const off = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
);
const leaseMs = fc.oneof(
  { weight: 6, arbitrary: fc.constant(60_000) },
  { weight: 1, arbitrary: fc.constant(0) },
);

const admit = fc
  .tuple(campaign, fc.subarray(waitingClients), fc.boolean())
  .map(([name, picks, isParked]): Step => (run) => {
    const asked = isParked ? picks.map(({ client, logonServer }) => ({ client, logonServer })) : picks;
    return run.fixture.store.admit(name, asked, run.now);
  });

const begin = fc.tuple(inIndex('due'), off, leaseMs).map(([choose, wrong, lease]): Step => async (run) => {
  const { store } = run.fixture;
  const key = await choose(run);
  const stored = await store.readUpgrade(key);
  // Mostly the upgrade is due.
  if (wrong === 0) run.now = Math.max(run.now, stored?.dueAt ?? 0);
  const activation = (stored?.activation ?? 1) + wrong;
  const outcome = await store.begin(key, activation, `driver-${run.steps}`, lease, run.now);
  if (outcome.kind === 'begun') run.fences.set(nameOf(key), outcome.fence);
  return outcome;
});

type Transition = (upgrade: Upgrade, now: number) => readonly [Upgrade, Commit['place']];

const roam: Transition = (upgrade) => [{ ...upgrade, logonServer: 'LS-3' }, driven];
const transitions: readonly Transition[] = [
  (upgrade) => [marking(upgrade), driven],
  (upgrade, now) => [deferred(marked(upgrade), now + 10), restUntil(now + 10)],
  (upgrade) => [upgrade, parked],
  (upgrade, now) => [deferred(upgrade, now + 10), restUntil(now + 10)],
  (upgrade, now) => [restarting(upgrade, now + 20), restUntil(now + 20, true)],
  (upgrade) => [settled(upgrade), settledPlace],
  (upgrade) => [settled(upgrade, 'failed'), settledPlace],
];

const order = { cause: 'mark', orderedAt: at, bootBefore: 'boot-1', deadline: at, taken: null } as const;
const withOrder = (upgrade: Upgrade): Upgrade => withMemory(upgrade, { open: { restart: order } });
const proved = (upgrade: Upgrade): Upgrade => withMemory(upgrade, { open: { restart: null } });

/** What becomes of clients that restart; orders and waits come most often. */
const restartTransitions: readonly Transition[] = [
  (upgrade) => [{ ...withOrder(upgrade), state: { phase: 'ordering', cause: 'mark' } }, driven],
  (upgrade) => [{ ...withOrder(upgrade), state: { phase: 'ordering', cause: 'mark' } }, driven],
  (upgrade, now) => [restarting(withOrder(upgrade), now + 20), restUntil(now + 20, true)],
  (upgrade, now) => [waitingForSlot(upgrade, now), restUntil(now + 30)],
  (upgrade, now) => [waitingForSlot(upgrade, now), restUntil(now + 30)],
  (upgrade) => [{ ...proved(upgrade), state: { phase: 'looking' } }, driven],
  (upgrade, now) => [deferred(proved(upgrade), now + 10), restUntil(now + 10)],
];

const waitingForSlot = (upgrade: Upgrade, now: number): Upgrade => ({
  ...proved(upgrade),
  state: { phase: 'deferred', class: 'restarts', until: now + 30, because: 'waits', blockers: [] },
});

export const someRestartLimits: readonly RestartLimits[] = [
  { perLogonServer: 1, perLabel: { site: 2 } },
  { perLogonServer: 2 },
  { perLabel: { site: 1 } },
];

/** Two values of a label, and no value. */
const labelsOf = (client: string): readonly string[] =>
  client === 'pc-8' ? [] : [`site=${Number(client.slice(3)) % 2}`];

const restartRulesOf = (client: string, edition: number): RestartRules =>
  restartRules(edition, someRestartLimits[edition % someRestartLimits.length] ?? {}, labelsOf(client));

/** Serves the line under the limits of an edition. */
const serve = fc.tuple(campaign, fc.nat(4)).map(([name, edition]): Step => async ({ fixture, now }) => {
  const { terms } = restartRulesOf('', edition);
  return fixture.store.serveRestarts(name, terms, now);
});

const commit = ({ roaming, restarting: isRestarting }: Mode): fc.Arbitrary<Step> =>
  fc
    .record({
      choose: inIndex('driven'),
      transition: fc.constantFrom(
        ...transitions,
        ...(roaming ? [roam] : []),
        ...(isRestarting === true ? restartTransitions : []),
      ),
      edition: fc.nat(4),
      wrong: off,
      step: fc.constantFrom('start', 'finish'),
      reads: fc.boolean(),
    })
    .map(({ choose, transition, edition, wrong, step, reads }): Step => async (run) => {
      const { fixture, fences, now } = run;
      const who = await choose(run);
      const stored = await fixture.store.readUpgrade(who);
      if (stored === null) return null;
      const [upgrade, place] = transition(stored.upgrade, now);
      const fence = fences.get(nameOf(who)) ?? { counter: 0, owner: 'nobody' };
      const rules = isRestarting === true ? restartRulesOf(who.client, edition) : undefined;
      const restart = restartUseOf(rules, stored.upgrade, upgrade, place);
      return fixture.commit({ stored, fence }, upgrade, place, {
        ...(restart === undefined ? {} : { restart }),
        version: stored.version + wrong,
        step,
        consumed: reads ? stored.inbox.length : 0,
        audit: {
          ...entry(who.campaign, who.client),
          from: stored.upgrade.state.phase,
          to: upgrade.state.phase,
        },
        at: now,
      });
    });

const deliver = fc.constantFrom(...clients).map(
  (client): Step =>
    ({ fixture, now }) =>
      fixture.store.deliver(client, message, now),
);

const renew = fc.tuple(anyKey, leaseMs).map(
  ([who, lease]): Step =>
    ({ fixture, fences }) =>
      fixture.store.renew(who, fences.get(nameOf(who)) ?? { counter: 0, owner: 'nobody' }, lease),
);

/** Leases that end in the same millisecond have no order. */
const sweep = ({ roaming }: Mode) =>
  fc.constantFrom(0, roaming ? 2 : 0).map((skip): Step => async ({ fixture, now }) => {
    const findings = await fixture.store.sweep(now, 5, 99, skip);
    return [...findings].sort((a, b) => (nameOf(a.key) < nameOf(b.key) ? -1 : 1));
  });

const change = ({ budgets }: Mode) =>
  fc
    .tuple(
      campaign,
      fc.constantFrom(runningState(2), runningState(3), pausedState),
      fc.constantFrom(...budgets),
    )
    .map(
      ([name, state, limits]): Step =>
        ({ fixture }) =>
          fixture.change(name, state, limits),
    );

const replace = ({ budgets: [budgets] }: Mode) =>
  campaign.map((name): Step => async ({ fixture, now }) => {
    const { store } = fixture;
    const record = await store.readCampaign(name);
    if (record === null) return null;
    const removal = { kind: 'archive', by: 'anna', because: 'over', at: now } as const;
    await store.commitCampaign(
      { ...record.campaign, waveSizes: [4, 3, 1], removal },
      record.version,
      entry(name),
    );
    const isGone = await store.removeCampaign(name, { ...entry(name), to: 'archived' });
    await fixture.campaign(name, waitingClients, runningState(2), budgets);
    return { isGone, life: (await store.readCampaign(name))?.campaign.life };
  });

/** Clients leave a campaign, join it, or wait in another wave; some steps do not fit. */
const members = fc
  .tuple(
    campaign,
    fc.array(
      fc.record({
        client: fc.constantFrom(...clients),
        kind: fc.constantFrom('join', 'leave', 'move'),
        wave: fc.nat(2),
        server: fc.constantFrom(...servers),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([name, asked]): Step => async ({ fixture }) => {
    const { store } = fixture;
    const record = await store.readCampaign(name);
    if (record === null) return null;
    const steps: MemberStep[] = [];
    for (const { client, kind, wave, server } of new Map(asked.map((each) => [each.client, each])).values()) {
      const from = kind === 'join' ? null : await store.readWaiting({ campaign: name, client });
      const to = kind === 'leave' ? null : pick(client, from?.logonServer ?? server, wave);
      steps.push({ from, to, because: kind });
    }
    const fit = steps.filter(({ from, to }) => from !== null || to !== null);
    return store.changeMembers(record.campaign, record.version, entry(name), fit);
  });

const halt = fc.boolean().map((on): Step => async ({ fixture, now }) => {
  const { version } = await fixture.store.readHalt();
  return fixture.store.commitHalt(on ? { by: 'anna', because: 'stop', at: now } : null, version, entry(''));
});

const hold = fc.tuple(campaign, fc.subarray([...servers], { maxLength: 2 })).map(
  ([name, held]): Step =>
    ({ fixture }) =>
      fixture.hold(name, held),
);

const queued = fc.tuple(campaign, fc.integer({ min: 1, max: 5 })).map(
  ([name, limit]): Step =>
    ({ fixture }) =>
      fixture.store.queued(name, limit),
);

/** Copies are found verified or wrong, or are forgotten. */
const copies = fc
  .record({
    found: fc.uniqueArray(fc.constantFrom(...servers), { maxLength: 3 }),
    state: fc.constantFrom('verified', 'verified', 'incomplete', 'unreadable'),
    forgotten: fc.subarray([...servers], { maxLength: 1 }),
    manifest: fc.constantFrom(manifestOf(gated), manifestOf(gated), manifestOf(gated), 'of another staging'),
  })
  .map(
    ({ found, state, forgotten, manifest }): Step =>
      ({ fixture }) =>
        fixture.store.writeCopies(
          gated.release,
          manifest,
          found.map((name) => copyOn(name, state)),
          forgotten.filter((name) => !found.includes(name)),
        ),
  );

const pass = fc.integer({ min: 1, max: 12 }).map((ms): Step => async (run) => {
  run.now += ms;
});

export const stepsIn = (mode: Mode): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: admit },
      { weight: 10, arbitrary: begin },
      { weight: 12, arbitrary: commit(mode) },
      { weight: 3, arbitrary: deliver },
      { weight: 1, arbitrary: renew },
      { weight: 2, arbitrary: sweep(mode) },
      { weight: 2, arbitrary: change(mode) },
      { weight: 2, arbitrary: queued },
      { weight: 1, arbitrary: halt },
      { weight: 1, arbitrary: hold },
      ...(mode.restarting === true ? [{ weight: 2, arbitrary: serve }] : []),
      ...(mode.joining === true ? [{ weight: 4, arbitrary: members }] : []),
      { weight: 2, arbitrary: copies },
      { weight: 3, arbitrary: pass },
      ...(mode.removing === true ? [{ weight: 1, arbitrary: replace(mode) }] : []),
    ),
    { minLength: 40, maxLength: 120, size: 'max' },
  );

export const someSteps = stepsIn(oneShard);

const nameOf = (who: UpgradeKey): string => `${who.campaign}.${who.client}`;
