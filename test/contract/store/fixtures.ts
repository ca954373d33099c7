import { expect } from 'vitest';
import type { CopyStatus } from '../../../shared/domain/campaign/copies.ts';
import type { Budgets, Client, Release } from '../../../shared/domain/campaign/definition.ts';
import type { Ending } from '../../../shared/domain/outcome/ending.ts';
import { type Upgrade, withMemory } from '../../../shared/domain/upgrade/state.ts';
import { evening, minutes, policy } from '../../domain/given.ts';
import type { Campaign, CampaignState } from '../../../shared/domain/campaign/campaign.ts';
import type { AuditEntry, WaitingClient } from '../../../shared/store/types.ts';
import type { Commit } from '../../../shared/store/upgrade-store.ts';

/**
 * What the tests of the store give it: clients, campaigns, audit entries, and upgrades in each
 * state.
 */

export const at = evening;
/** The contract does not say in which shard a client is at home. */
export const anyShard = expect.any(Number) as number;
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

export const pick = (client: string, logonServer = 'LS-1', wave = 0): WaitingClient => ({
  client,
  wave,
  logonServer,
});

/** This many waiting clients, on the logon servers in turn. */
export const picks = (count: number, servers: readonly string[] = ['LS-1']): readonly WaitingClient[] =>
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
  byGate: false,
  by: 'operator',
  because: 'lunch',
};

export const campaignOf = (name: string, state: CampaignState, budgets: Budgets = roomy): Campaign => ({
  definition: {
    campaign: name,
    release: 'sms-1.2-sp4',
    start: 'byHand',
    startAt: null,
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

/** The client will install at its next logon. */
export const marked = (upgrade: Upgrade): Upgrade =>
  withMemory(upgrade, { open: { mark: { at, bootId: 'boot-1' } } });

/** A release whose release file names where each logon server's copy can be read. */
export const gated: Release = {
  release: 'sms-1.2-sp4',
  product: 'sms-1.2',
  servicePack: 4,
  files: [{ name: 'appctl32.exe', size: 3, sha256: 'new' }],
  copies: { path: '/mnt/{logonServer}', except: {} },
};

export const copyOn = (logonServer: string, state: CopyStatus['state'] = 'verified'): CopyStatus => ({
  logonServer,
  state,
  filesOk: state === 'verified' ? 1 : 0,
  filesInAll: 1,
  because: state === 'verified' ? '' : 'appctl32.exe is missing',
  since: at,
  checkedAt: at,
});

export const deferred = (upgrade: Upgrade, until = later): Upgrade => ({
  ...withMemory(upgrade, {
    history: { deferrals: { program: 1 } },
    learned: { seen: ['program pcmwin32.exe'] },
  }),
  state: { phase: 'deferred', class: 'program', until, because: 'PCMWIN32.EXE runs', blockers: [] },
});

export const restarting = (upgrade: Upgrade, nextLook = later): Upgrade => ({
  ...marked(upgrade),
  state: { phase: 'restarting', nextLook },
});

export const settled = (upgrade: Upgrade, end: Ending['end'] = 'upgraded'): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at, end, cause: 'proved', because: 'every file has its hash', blockers: [] },
});

/** Everything that a stream yields. */
export async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
