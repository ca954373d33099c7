import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Activation } from '../../shared/store/types.ts';
import type { Commit } from '../../shared/store/upgrade-store.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { now, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';

/** Two people who use the API with the same token. */
export const anna = { 'x-servpack-user': 'anna' };
export const kim = { 'x-servpack-user': 'kim' };

export const contextOf = ({ store, jobs }: SmallOrchestrator) =>
  contextOver(store, standingClock(now), keepingDispatcher(jobs as Activation[]));

/** What a driver would have made of the upgrade. */
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

export const changes = {
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
      cause: 'still unreachable after 30 tries',
      because: '=gave up after 30 deferrals',
      blockers: [],
    },
  }),
  upgraded: (upgrade) => ({
    ...upgrade,
    state: {
      phase: 'settled',
      at: now,
      end: 'upgraded',
      cause: 'proved',
      because: 'every file has the hash of the release',
      blockers: [],
    },
  }),
} satisfies Record<string, Change>;

/**
 * Admits a client, unless the leader has, and commits this change of its upgrade, as a driver does.
 */
export async function bring(
  store: Store,
  client: string,
  change: Change,
  place: Commit['place'],
  campaign = 'sp4',
  activation = 1,
): Promise<void> {
  const key = { campaign, client };
  const pick = await store.readWaiting(key);
  if (pick !== null) await store.admit(campaign, [pick], now);
  const begun = await store.begin(key, activation, 'driver', 60_000, now);
  if (begun.kind !== 'begun') throw new Error(begun.because);
  const upgrade = change(begun.stored.upgrade);
  const counters = difference(countersOf(begun.stored.upgrade), countersOf(upgrade));
  const { version } = begun.stored;
  const commit = { key, version, fence: begun.fence, upgrade, counters, place, at: now } as const;
  const outcome = await store.commit({ ...commit, consumed: 0, step: 'finish', audit: null, evidence: [] });
  if (outcome.kind !== 'committed') throw new Error(outcome.kind);
}

/** The upgrade rests until `until`. */
export const rest: Commit['place'] = { index: 'due', dueAt: until, keepsSlots: false };

/** So many clients of the first wave, in order of their names. */
export const firstWave = async ({ store }: SmallOrchestrator, count: number): Promise<readonly string[]> => {
  const picks = await Array.fromAsync(store.waiting('sp4'));
  return picks
    .filter(({ wave }) => wave === 0)
    .map(({ client }) => client)
    .toSorted()
    .slice(0, count);
};

/** A campaign whose first wave has five of the ten clients. */
export const wide =
  'campaign: sp4\nrelease: sms-sp4\nwaves:\n  - { name: canary, count: 5 }\n  - { name: rest, rest: true }\n';
