import { expect } from 'vitest';
import type { Campaign, CampaignState } from '../../../shared/domain/campaign.ts';
import type { Budgets, Client } from '../../../shared/domain/definition.ts';
import { difference, tallyOf } from '../../../shared/domain/tally.ts';
import type { Ending, Upgrade } from '../../../shared/domain/upgrade.ts';
import type {
  Activation,
  AuditEntry,
  BeginOutcome,
  Commit,
  CommitOutcome,
  Fence,
  Pick,
  Store,
  StoredUpgrade,
  UpgradeKey,
} from '../../../shared/store/store.ts';
import { evening, minutes, policy } from '../../domain/given.ts';

/** The words the store's contract is written in: a campaign that runs, upgrades in each index, drivers. */

export const at = evening;
/** Longer than any test, and over at once: leases are real time, and no test waits for one. */
export const longLease = 60_000;
export const noLease = 0;

export const message = { type: 'CheckedIn', transcript: 'Client executable active: PCMWIN32.EXE' } as const;

export const clientOf = (client: string, changes: Partial<Client> = {}): Client => ({
  client,
  host: `${client}.corp.example`,
  logonServer: 'LS-1',
  zone: 'Europe/Rome',
  role: 'workstation',
  labels: ['office'],
  ...changes,
});

export const pick = (client: string, logonServer = 'LS-1', wave = 0): Pick => ({ client, wave, logonServer });

/** So many picks, shared out over the logon servers in turn. */
export const picks = (count: number, servers: readonly string[] = ['LS-1']): readonly Pick[] =>
  Array.from({ length: count }, (_, n) => pick(`pc-${n + 1}`, servers[n % servers.length]));

export const entry = (campaign: string, client: string | null = null, because = 'because'): AuditEntry => ({
  at,
  campaign,
  client,
  who: 'contract',
  from: 'here',
  to: 'there',
  because,
  evidence: null,
});

export const roomy: Budgets = { active: 1_000, perLogonServer: 1_000 };

export const runningState = (openWaves = 9): Extract<CampaignState, { status: 'running' }> => ({
  status: 'running',
  startedAt: at,
  openWaves,
  accepted: [],
});

export const pausedState: CampaignState = {
  ...runningState(),
  status: 'paused',
  pausedAt: at,
  by: 'operator',
  because: 'lunch',
};

export const campaignOf = (name: string, state: CampaignState, budgets: Budgets = roomy): Campaign => ({
  definition: {
    campaign: name,
    release: 'sms-1.2-sp4',
    start: 'byHand',
    seed: '1',
    select: { labels: [], logonServers: [], clients: [] },
    waves: [],
    budgets,
    policy,
    hash: 'hash-of-the-file',
  },
  createdAt: at,
  waveSizes: [],
  state,
});

export interface Begun {
  readonly stored: StoredUpgrade;
  readonly fence: Fence;
}

export interface World {
  readonly store: Store;
  /** A campaign with these clients in the given state. */
  campaign(name: string, clients: readonly Pick[], state: CampaignState, budgets?: Budgets): Promise<void>;
  /** A running one whose clients are all admitted: due now, with slots. */
  admitted(name: string, clients: readonly Pick[], budgets?: Budgets): Promise<readonly Activation[]>;
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

export function makeWorld(store: Store): World {
  const world: World = {
    store,
    campaign: async (name, clients, state, budgets) => {
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
        counters: difference(tallyOf(stored.upgrade), tallyOf(upgrade)),
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

export const later = at + minutes(30);
export const restUntil = (dueAt: number, keepsSlots = false): Commit['place'] => ({
  index: 'due',
  dueAt,
  keepsSlots,
});
export const driven: Commit['place'] = { index: 'driven' };
export const parked: Commit['place'] = { index: 'parked' };
export const settledPlace: Commit['place'] = { index: 'settled' };

export const marking = (upgrade: Upgrade): Upgrade => ({ ...upgrade, state: { phase: 'marking' } });

export const deferred = (upgrade: Upgrade, until = later): Upgrade => ({
  ...upgrade,
  state: { phase: 'deferred', class: 'program', until, because: 'PCMWIN32.EXE runs', blockers: [] },
  memory: { ...upgrade.memory, deferrals: { program: 1 }, seen: ['program pcmwin32.exe'] },
});

export const restarting = (upgrade: Upgrade, nextLook = later): Upgrade => ({
  ...upgrade,
  state: { phase: 'restarting', nextLook },
  memory: { ...upgrade.memory, marked: { at, bootId: 'boot-1' } },
});

export const settled = (upgrade: Upgrade, end: Ending['end'] = 'upgraded'): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at, end, cause: 'proved', because: 'every file has its hash', blockers: [] },
});

/** Everything a stream brings. */
export async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
