import { expect } from 'vitest';
import type { Budgets } from '../../../shared/domain/campaign/definition.ts';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import type { Store } from '../../../shared/store/store.ts';
import { all, at, campaignOf, clientOf, entry, longLease, picks, runningState } from './words.ts';
import { difference } from '../../../shared/domain/outcome/counters.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';
import type {
  Activation,
  BeginOutcome,
  Commit,
  CommitOutcome,
  Fence,
  WaitingClient,
  StoredUpgrade,
  UpgradeKey,
} from '../../../shared/store/types.ts';

export interface Begun {
  readonly stored: StoredUpgrade;
  readonly fence: Fence;
}

export interface World {
  readonly store: Store;
  /** A campaign with these clients in the given state. */
  campaign(
    name: string,
    clients: readonly WaitingClient[],
    state: CampaignState,
    budgets?: Budgets,
  ): Promise<void>;
  /** A running one whose clients are all admitted: due now, with slots. */
  admitted(
    name: string,
    clients: readonly WaitingClient[],
    budgets?: Budgets,
  ): Promise<readonly Activation[]>;
  /** Changes the state or budgets of a campaign. */
  change(name: string, state: CampaignState, budgets?: Budgets): Promise<void>;
  begin(
    key: UpgradeKey,
    options?: { owner?: string; leaseMs?: number; at?: number; activation?: number },
  ): Promise<BeginOutcome>;
  /** Begins and insists on it. */
  begun(key: UpgradeKey, options?: { owner?: string; leaseMs?: number; at?: number }): Promise<Begun>;
  /** Commits this upgrade where it says; the counters follow by themselves. */
  commit(
    begun: Begun,
    upgrade: Upgrade,
    place: Commit['place'],
    changes?: Partial<Commit>,
  ): Promise<CommitOutcome>;
  stored(key: UpgradeKey): Promise<StoredUpgrade>;
}

/**
 * Whoever is in a campaign is in the fleet, as planning sees to it; whoever is there already stays
 * as it is.
 */
export async function joinFleet(store: Store, picks: readonly WaitingClient[]): Promise<void> {
  const known = new Set((await all(store.fleet())).map(({ client }) => client));
  const strangers = picks.filter(({ client }) => !known.has(client));
  await store.importFleet(strangers.map(({ client, logonServer }) => clientOf(client, { logonServer })));
}

/** `pc-1` on a logon server whose clients are at home in the first of three shards. */
export const atHomeInShard0: WaitingClient = { client: 'pc-1', wave: 0, logonServer: 'LS-3' };

/** With several shards: all at home in the same one, wherever they have roamed to since. */
export const atHomeTogether = (store: Store, picks: readonly WaitingClient[]): Promise<void> =>
  joinFleet(
    store,
    picks.map((each) => ({ ...each, logonServer: 'LS-1' })),
  );

export function makeWorld(store: Store): World {
  const world: World = {
    store,
    campaign: async (name, clients, state, budgets) => {
      await joinFleet(store, clients);
      const created = await store.createCampaign(campaignOf(name, state, budgets), clients, entry(name));
      expect(created.ok).toBe(true);
    },
    admitted: async (name, clients, budgets) => {
      await world.campaign(name, clients, runningState(), budgets);
      const activations = await store.admit(name, clients, at);
      expect(activations).toHaveLength(clients.length);
      return activations;
    },
    change: async (name, state, budgets) => {
      const before = await store.readCampaign(name);
      const kept = before?.campaign.definition.budgets;
      const next = campaignOf(name, state, budgets ?? kept);
      expect(await store.commitCampaign(next, before?.version ?? 0, entry(name))).not.toBeNull();
    },
    begin: async (key, options = {}) => {
      const activation = options.activation ?? (await store.readUpgrade(key))?.activation ?? 1;
      return store.begin(
        key,
        activation,
        options.owner ?? 'driver',
        options.leaseMs ?? longLease,
        options.at ?? at,
      );
    },
    begun: async (key, options) => {
      const outcome = await world.begin(key, options);
      if (outcome.kind !== 'begun') throw new Error(`not begun: ${outcome.because}`);
      return outcome;
    },
    commit: ({ stored, fence }, upgrade, place, changes = {}) =>
      store.commit({
        key: stored.key,
        version: stored.version,
        fence,
        upgrade,
        consumed: 0,
        step: 'finish',
        place,
        counters: difference(countersOf(stored.upgrade), countersOf(upgrade)),
        audit: null,
        evidence: [],
        at,
        ...changes,
      }),
    stored: async (key) => {
      const found = await store.readUpgrade(key);
      if (found === null) throw new Error(`no upgrade of ${key.client}`);
      return found;
    },
  };
  return world;
}

/** The test's own world, made anew for each test. */
export type Given = () => World;

/** The upgrade of `pc-1` in campaign `sp4`, alone and in the hands of a driver. */
export async function driving(world: World, leaseMs = longLease): Promise<Begun> {
  await world.admitted('sp4', picks(1));
  return world.begun({ campaign: 'sp4', client: 'pc-1' }, { leaseMs });
}
