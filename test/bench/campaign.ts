import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import {
  type CampaignPolicy,
  type DeferralClass,
  deferralClasses,
} from '../../shared/domain/rules/policy.ts';
import { buckets, noStates, type States, statesBy } from '../../shared/domain/outcome/states.ts';
import type { Bench } from './bench.ts';
import { release } from './release.ts';
import { clientName, type Story } from './stories.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

const logonServers = 20;
const hour = 3_600_000;
export const slots = 2_000;
/** As short as a delay can be: what is measured is the way into the delayed jobs and back. */
const shortestMs = 1;

/** `wait` rests for hours, every other story for as short as can be. */
function policyOf(story: Story): CampaignPolicy {
  const firstMs = story === 'wait' ? 6 * hour : shortestMs;
  const deferral = {
    firstMs,
    factor: 1,
    maxMs: firstMs,
    jitter: 0,
    budget: 1_000,
    whenSpent: 'failed',
  } as const;
  return {
    deferrals: Object.fromEntries(deferralClasses.map((kind) => [kind, deferral])) as Record<
      DeferralClass,
      typeof deferral
    >,
    persistence: { looks: 1_000, afterMs: 1_000 * hour, restarts: 1_000, minGapMs: 0 },
    ladder: ['relocation'],
    structural: 'atOnce',
    restart: { allowed: 'always', between: null, deadlineMs: hour, lookEveryMs: shortestMs },
    window: null,
    noticeMs: 0,
  };
}

export interface Rollout {
  readonly name: string;
  readonly story: Story;
  readonly clients: number;
  /** False = it has an approval of a step that no client needs, so nobody can forecast its end. */
  readonly isForecast?: boolean;
}

export const stageRelease = ({ store }: Bench, { name }: Rollout): Promise<void> =>
  store.stageRelease(release, { sha256: 'bench', text: 'bench' }, entry(name, 'staged'));

/**
 * Puts the clients of a rollout into the fleet and stages the release: what exists before any
 * campaign.
 */
export async function importClients(bench: Bench, rollout: Rollout): Promise<void> {
  const { name, story, clients } = rollout;
  await stageRelease(bench, rollout);
  const all = Array.from({ length: clients }, (_, number): Client => {
    const client = clientName(story, name, number);
    return {
      client,
      host: `${client}.corp.example`,
      logonServer: logonServerOf(number),
      zone: 'Europe/Rome',
      role: 'workstation',
      labels: ['office'],
    };
  });
  await bench.store.importFleet(all);
}

export const logonServerOf = (number: number): string =>
  `LS-${String(number % logonServers).padStart(2, '0')}`;

/** Writes the campaign and its waiting clients. */
export async function createCampaign(
  { store }: Bench,
  { name, story, clients, isForecast = true }: Rollout,
): Promise<void> {
  const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };
  const campaign: Campaign = {
    definition: {
      campaign: name,
      release: release.release,
      start: 'byHand',
      startAt: null,
      seed: 'bench',
      select: { labels: [], logonServers: [], clients: [] },
      waves: [{ name: 'all', size: { rest: true }, gate }],
      budgets: { active: slots, perLogonServer: slots },
      policy: policyOf(story),
      hash: 'bench',
      ...(isForecast ? {} : { approvals: [{ remediation: 'workaround' }] }),
    },
    createdAt: Date.now(),
    waveSizes: [clients],
    state: { status: 'created' },
  };
  const picks = Array.from({ length: clients }, (_, number) => ({
    client: clientName(story, name, number),
    wave: 0,
    logonServer: logonServerOf(number),
  }));
  const created = await store.createCampaign(campaign, picks, entry(name, 'created'));
  if (!created.ok) throw new Error(created.error.message);
}

const entry = (campaign: string, to: string): AuditEntry => ({
  at: Date.now(),
  campaign,
  client: null,
  who: 'bench',
  from: '',
  to,
  because: 'the bench',
  evidence: null,
});

export const startCampaign = ({ operator }: Bench, { name }: Rollout): Promise<unknown> =>
  operator.ask('POST', `/v1/campaigns/${name}/start`);

/** How many of the campaign's clients are in each state, by its counters. */
export async function statesOf({ store }: Bench, { name }: Rollout): Promise<States> {
  return statesBy(await store.counters(name), 'wave').get('0') ?? noStates;
}

const pollMs = 10;
const patienceMs = 60_000;

/**
 * Waits until so many clients are in one of these states. An end that the story does not have, or
 * no progress, is an error.
 */
export async function untilThere(
  bench: Bench,
  rollout: Rollout,
  wanted: (states: States) => number,
  clients: number,
): Promise<void> {
  let last = -1;
  let lastAt = Date.now();
  for (;;) {
    const states = await statesOf(bench, rollout);
    const bad = states.failed + states.needsAttention + states.alreadyCurrent + states.excluded;
    if (bad > 0) throw new Error(`${rollout.name}: ${bad} clients ended as they should not: ${text(states)}`);
    const there = wanted(states);
    if (there >= clients) return;
    if (there !== last) [last, lastAt] = [there, Date.now()];
    if (Date.now() - lastAt > patienceMs) throw new Error(`${rollout.name} stands still: ${text(states)}`);
    await pause(pollMs);
  }
}

const text = (states: States): string => buckets.map((bucket) => `${bucket} ${states[bucket]}`).join(', ');
