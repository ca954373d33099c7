import { expect } from 'vitest';
import type { Budgets } from '../../../shared/domain/campaign/definition.ts';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import type { Store } from '../../../shared/store/store.ts';
import { all, at, campaignOf, clientOf, entry, longLease, picks, runningState } from './fixtures.ts';
import { difference } from '../../../shared/domain/outcome/counters.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';
import type {
  Activation,
  Fence,
  StoredUpgrade,
  UpgradeKey,
  WaitingClient,
} from '../../../shared/store/types.ts';
import type { BeginOutcome, Commit, CommitOutcome } from '../../../shared/store/upgrade-store.ts';

export interface Begun {
  readonly stored: StoredUpgrade;
  readonly fence: Fence;
}

export interface StoreFixture {
  readonly store: Store;
  /** Creates a campaign with these clients in the given state. */
  campaign(
    name: string,
    clients: readonly WaitingClient[],
    state: CampaignState,
    budgets?: Budgets,
  ): Promise<void>;
  /** Creates a running campaign and admits all its clients: due now, with slots. */
  admitted(
    name: string,
    clients: readonly WaitingClient[],
    budgets?: Budgets,
  ): Promise<readonly Activation[]>;
  /** Changes the state or budgets of a campaign. */
  change(name: string, state: CampaignState, budgets?: Budgets): Promise<void>;
  /** Holds exactly these logon servers in a campaign. */
  hold(name: string, logonServers: readonly string[]): Promise<void>;
  begin(
    key: UpgradeKey,
    options?: { owner?: string; leaseMs?: number; at?: number; activation?: number },
  ): Promise<BeginOutcome>;
  /** Begins an activation, and throws when the store does not. */
  begun(key: UpgradeKey, options?: { owner?: string; leaseMs?: number; at?: number }): Promise<Begun>;
  /** Commits this upgrade to this place, with the counters that follow. */
  commit(
    begun: Begun,
    upgrade: Upgrade,
    place: Commit['place'],
    changes?: Partial<Commit>,
  ): Promise<CommitOutcome>;
  stored(key: UpgradeKey): Promise<StoredUpgrade>;
}

/**
 * Adds the clients to the fleet that it does not have: planning picks no client outside the fleet.
 */
export async function joinFleet(store: Store, picks: readonly WaitingClient[]): Promise<void> {
  const known = new Set((await all(store.fleet())).map(({ client }) => client));
  const strangers = picks.filter(({ client }) => !known.has(client));
  await store.importFleet(strangers.map(({ client, logonServer }) => clientOf(client, { logonServer })));
}

/** `pc-1` on a logon server whose clients are at home in shard 0 of three. */
export const atHomeInShard0: WaitingClient = { client: 'pc-1', wave: 0, logonServer: 'LS-3' };

/** Gives all clients the same home shard, whatever logon server they have roamed to. */
export const atHomeTogether = (store: Store, picks: readonly WaitingClient[]): Promise<void> =>
  joinFleet(
    store,
    picks.map((each) => ({ ...each, logonServer: 'LS-1' })),
  );

export function storeFixture(store: Store): StoreFixture {
  const fixture: StoreFixture = {
    store,
    campaign: async (name, clients, state, budgets) => {
      await joinFleet(store, clients);
      const created = await store.createCampaign(campaignOf(name, state, budgets), clients, entry(name));
      expect(created.ok).toBe(true);
    },
    admitted: async (name, clients, budgets) => {
      await fixture.campaign(name, clients, runningState(), budgets);
      const activations = await store.admit(name, clients, at);
      expect(activations).toHaveLength(clients.length);
      return activations;
    },
    change: async (name, state, budgets) => {
      const before = await store.readCampaign(name);
      const kept = before?.campaign.definition.budgets;
      const { holds = [] } = before?.campaign ?? {};
      const next = { ...campaignOf(name, state, budgets ?? kept), holds };
      expect(await store.commitCampaign(next, before?.version ?? 0, entry(name))).not.toBeNull();
    },
    hold: async (name, logonServers) => {
      const before = await store.readCampaign(name);
      if (before === null) throw new Error(`no campaign ${name}`);
      const holds = logonServers.map((logonServer) => ({ logonServer, by: 'anna', because: 'phones', at }));
      const next = { ...before.campaign, holds };
      expect(await store.commitCampaign(next, before.version, entry(name))).not.toBeNull();
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
      const outcome = await fixture.begin(key, options);
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
  return fixture;
}

/** The fixture of the running test; each test has its own. */
export type Given = () => StoreFixture;

/** The upgrade of `pc-1` in campaign `sp4`, which has a driver. */
export async function driving(fixture: StoreFixture, leaseMs = longLease): Promise<Begun> {
  await fixture.admitted('sp4', picks(1));
  return fixture.begun({ campaign: 'sp4', client: 'pc-1' }, { leaseMs });
}
