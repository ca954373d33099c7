import { expect } from 'vitest';
import type { Step, World } from '../../orchestrator/proving/world.ts';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { awaitRemediation } from '../../shared/domain/upgrade/await-remediation.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import { beginsSomething, placementOf } from '../../shared/domain/upgrade/placement.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { release } from './given.ts';

/** What the walk has learned of one client from the events alone. */
interface Walked {
  readonly client: Client;
  readonly wave: number;
  upgrade: Upgrade | null;
  /** The boot in which its restart was ordered; null = it is up. */
  downIn: string | null;
  lastBoot: string;
  loggedOn: boolean;
  serviceStopped: boolean;
}

/** What the last event of the story did. */
export interface WalkedTo {
  readonly clients: readonly Walked[];
  readonly campaign: Campaign;
  readonly last: Step;
}

/**
 * Goes through the steps of a counterexample a second time, and knows nothing of the search: each
 * event is given to the deciders of the domain with the rules that a worker reads, and what they
 * decide must be what the counterexample says.
 */
export async function walkAgain(
  definition: CampaignDefinition,
  product: string,
  first: Pick<World, 'members' | 'campaign'>,
  steps: readonly Step[],
): Promise<WalkedTo> {
  const clients = first.members.map(({ client, wave }): Walked => ({
    client,
    wave,
    upgrade: null,
    downIn: null,
    lastBoot: '',
    loggedOn: false,
    serviceStopped: false,
  }));
  let { campaign } = first;
  for (const step of steps) {
    if (step.kind === 'campaign') {
      if (step.event.type === 'CountersRead') expect(step.event.counters).toEqual(recount(clients));
      const decision = decideCampaign(campaign, step.event, step.at);
      expect(decision).toMatchObject({ kind: 'changed', campaign: step.after });
      campaign = step.after;
      continue;
    }
    const walked = clients[step.member];
    if (walked === undefined) throw new Error('a step of no client');
    const rules = await rulesRead(definition, product, campaign, walked.client);
    follow(rules, walked, step, definition);
    expect(active(clients)).toBeLessThanOrEqual(definition.budgets.active);
    for (const { client } of clients)
      expect(
        active(clients.filter((each) => each.client.logonServer === client.logonServer)),
      ).toBeLessThanOrEqual(definition.budgets.perLogonServer);
  }
  const last = steps.at(-1);
  if (last === undefined) throw new Error('a story without steps');
  return { clients, campaign, last };
}

function follow(
  rules: Rules,
  walked: Walked,
  step: Exclude<Step, { kind: 'campaign' }>,
  { budgets }: CampaignDefinition,
): void {
  const { client, wave, upgrade } = walked;
  switch (step.kind) {
    case 'admitted':
      walked.upgrade = upgrade ?? newUpgrade(client.client, wave, client.logonServer);
      expect(step.after).toEqual(walked.upgrade);
      return;
    case 'command': {
      const placement = upgrade === null ? null : placementOf(upgrade);
      expect(placement).toMatchObject({ kind: 'drive', command: { type: step.command } });
      if (step.command === 'RestartClient') walked.downIn = walked.lastBoot;
      if (placement?.kind === 'drive' && placement.command.type === 'RunStep')
        walked.serviceStopped ||= placement.command.journal.step === 'stop';
      return;
    }
    case 'held':
    case 'upgrade': {
      if (upgrade === null) throw new Error('an event of a client that was not admitted');
      expect(step.before).toEqual(upgrade);
      const decision = decide(rules, upgrade, step.event, step.at);
      if (decision.kind === 'ignored') throw new Error(`ignored: ${decision.because}`);
      if (step.kind === 'held') expect(step.planned).toEqual(decision.upgrade);
      else if (step.after.state.phase === 'deferred' && step.after.state.class === 'remediation') {
        // The store refuses it: the wave has begun as many as it may.
        expect(beginsSomething(decision.upgrade)).toBe(true);
        const most = budgets.remediations?.perWave ?? 0;
        const spent = { limit: 'perWave', most, roomAt: null } as const;
        expect(step.after).toEqual(
          awaitRemediation(rules, upgrade, decision.upgrade, spent, step.at).upgrade,
        );
      } else if (step.after.state.phase === 'deferred' && step.after.state.class === 'restarts') {
        expect(decision.upgrade.state.phase).toBe('ordering');
        expect(rules.restarts).toBeDefined();
      } else expect(step.after).toEqual(decision.upgrade);
      walked.upgrade = step.after;
      learn(walked, step);
      return;
    }
  }
}

/** Whether the client is down follows from the looks and the steps of its procedures. */
function learn(walked: Walked, { event, before }: Extract<Step, { kind: 'upgrade' | 'held' }>): void {
  if (event.type === 'ClientObserved') {
    const { bootId, users } = event.observation;
    const isBack = walked.downIn !== null && !isSameBoot(bootId, walked.downIn);
    // A service that is set to manual does not start with its machine.
    if (isBack && before.memory.open.workaround !== null) walked.serviceStopped = true;
    if (isBack) walked.downIn = null;
    walked.lastBoot = bootId;
    walked.loggedOn = users.length > 0;
  }
  if (event.type === 'StepFailed' && event.failure.kind === 'failed' && event.step === 'stop')
    walked.serviceStopped = false;
  if (event.type !== 'StepDone' || before.state.phase !== 'remedying') return;
  if (event.step === 'start' || event.step === 'startAgain') walked.serviceStopped = false;
}

/** Upgrades that hold a slot for certain: they restart, or stand in a procedure. */
const active = (clients: readonly Walked[]): number =>
  clients.filter(
    ({ upgrade }) => upgrade?.state.phase === 'restarting' || upgrade?.state.phase === 'remedying',
  ).length;

function recount(clients: readonly Walked[]): Counters {
  const counters: Record<string, number> = {};
  for (const { client, wave, upgrade } of clients) {
    const own =
      upgrade === null ? { [`state|${wave}|${client.logonServer}|waiting`]: 1 } : countersOf(upgrade);
    for (const [name, count] of Object.entries(own)) counters[name] = (counters[name] ?? 0) + count;
  }
  return counters;
}

/** The rules as a worker reads them from the records. */
async function rulesRead(
  definition: CampaignDefinition,
  product: string,
  campaign: Campaign,
  client: Client,
): Promise<Rules> {
  const book = openRulebook({
    readCampaign: async () => ({ campaign: { ...campaign, definition }, version: 1 }),
    readRelease: async () => ({
      release: definition.release,
      product,
      servicePack: null,
      files: release.files,
    }),
    counters: async () => ({}),
  });
  const { rules, ownOf, stepTimes } = await book.of(definition.campaign, null);
  return {
    ...rules,
    ...ownOf(client),
    ...(stepTimes === undefined ? {} : { fit: { typed: stepTimes, measured: {} } }),
  };
}
