import { callMs, horizonMs, usualApprovalMs } from '../simulation/assumed.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Planned, PlannedWave } from '../../shared/domain/campaign/planned.ts';
import type { Profile } from '../../shared/products/profile.ts';
import { fleetFromLooks, type KnownLook } from '../simulation/from-looks.ts';
import { percentile } from '../simulation/percentiles.ts';
import { runScenario, type Scenario, startScenario } from '../simulation/scenario.ts';
import { type Thinned, thinned } from '../simulation/thinning.ts';
import { CauseLog } from './cause-log.ts';

/** What is known when a campaign starts. */
export interface PlanQuestion {
  readonly campaign: Campaign;
  /** Its clients, under the logon servers of the fleet. */
  readonly clients: readonly Client[];
  /** The last looks at them. */
  readonly looks: readonly KnownLook[];
  readonly profile: Profile;
  /** Policy time: now. */
  readonly madeAt: number;
}

const replicates = 10;
/** A larger fleet is thinned to so many clients, where that leaves its limits as they are. */
const clientsAtMost = 400;
/** A fleet that cannot be thinned is simulated whole up to so many clients. */
const wholeAtMost = 1_200;

/**
 * Plans a campaign that has just started: simulates it on its own fleet, as the last looks found
 * it. Without a look the machines are as in the model fleet, and the plan says so.
 */
export async function planAtStart(question: PlanQuestion): Promise<Planned> {
  const { campaign, madeAt } = question;
  const { state, definition } = campaign;
  const no = (because: string): Planned => ({ madeAt, because, end: null });
  if (!('startedAt' in state)) return no('it has not started');
  if (definition.hooks !== undefined)
    return no('it waits for its hooks, and nobody knows how long they take');
  const seed = `${definition.campaign} planned`;
  const whole = scenarioOf(question, state.startedAt, seed);
  const small = thinned(whole, clientsAtMost);
  const scenario = small.scenario ?? whole;
  if (scenario.clients.length === 0) return no('it has no clients');
  if (small.scenario === null && whole.clients.length > wholeAtMost)
    return no(
      `its ${whole.clients.length} clients are too many to simulate, and a smaller fleet is another one: ${small.because}`,
    );
  const runs: Run[] = [];
  for (let number = 0; number < replicates; number += 1)
    runs.push(await replicate({ ...scenario, seed: `${seed}/${number}` }));
  const times = runs.map(({ endsAt }) => endsAt);
  const [p50, p90] = [percentile(times, 50), percentile(times, 90)];
  const middle = runs.find(({ endsAt }) => endsAt === p50);
  if (p50 === null || p90 === null || middle === undefined) return no(whyNoEnd(runs));
  return {
    madeAt,
    because: null,
    seed,
    replicates,
    assumptions: assumptionsOf(question, fleetWords(small)),
    end: { p50, p90 },
    waves: definition.waves.map((_, wave) => plannedWave(runs.map(({ waves }) => waves[wave]))),
    causes: middle.causes,
  };
}

const fleetWords = (small: Thinned): string =>
  small.scenario === null || small.share === 1
    ? 'the whole fleet is simulated'
    : `a smaller fleet is simulated: ${small.says}`;

function whyNoEnd(runs: readonly Run[]): string {
  const stuck = runs.filter(({ endsAt }) => endsAt === null);
  const because = stuck[0]?.because ?? 'it takes longer than 120 days';
  return `${stuck.length} of ${runs.length} simulations do not end by themselves: ${because}`;
}

/** Opening and causes are those of the simulation in which the wave ends in the middle. */
function plannedWave(runs: readonly (Run['waves'][number] | undefined)[]): PlannedWave {
  const ends = runs.map((run) => run?.settlesAt ?? null);
  const [p50, p90] = [percentile(ends, 50), percentile(ends, 90)];
  const middle = p50 === null ? undefined : runs.find((run) => run?.settlesAt === p50);
  return {
    opens: middle?.opensAt ?? null,
    ends: p50 === null || p90 === null ? null : { p50, p90 },
    causes: middle?.causes ?? {},
  };
}

function scenarioOf(
  { campaign, clients, looks, profile }: PlanQuestion,
  startAt: number,
  seed: string,
): Scenario {
  return {
    definition: { ...campaign.definition, startAt: null },
    clients,
    traits: fleetFromLooks(clients, looks, seed)?.traits ?? {},
    seed,
    profile,
    startAt,
    horizonMs,
    approvalMs: usualApprovalMs,
    callMs,
    checksIn: true,
  };
}

interface Run {
  /** Null = it does not end by itself. */
  readonly endsAt: number | null;
  /** Why it stands still, in words; null = it does not. */
  readonly because: string | null;
  readonly waves: readonly {
    readonly opensAt: number | null;
    readonly settlesAt: number | null;
    readonly causes: Record<string, number>;
  }[];
  readonly causes: Record<string, number>;
}

/** Each replicate has other machines and the order of clients that follows from its own seed. */
async function replicate(scenario: Scenario): Promise<Run> {
  const started = startScenario({ ...scenario, definition: { ...scenario.definition, seed: scenario.seed } });
  const log = new CauseLog(started.campaign);
  const { campaign, at } = await runScenario(scenario, started, {
    campaign: (step) => log.campaign(step.campaign, step.at),
    upgrade: (step) => log.upgrade(step.client, step.before, step.after, step.at),
  });
  const endsAt = log.endedAt;
  const { state } = campaign;
  return {
    endsAt,
    because: state.status === 'paused' ? `paused by ${state.by}: ${state.because}` : null,
    waves: campaign.waveSizes.map((size, wave) => {
      const settlesAt = log.settledAt(wave, size);
      return {
        opensAt: log.opened[wave] ?? null,
        settlesAt,
        causes: log.causesOfWave(wave, settlesAt ?? at),
      };
    }),
    causes: log.causes(endsAt ?? at) ?? {},
  };
}

function assumptionsOf({ campaign, clients, looks }: PlanQuestion, fleet: string): readonly string[] {
  const { approvals, waves } = campaign.definition;
  const isAsked = approvals !== undefined || waves.some(({ gate }) => gate.approval === true);
  const known = looks.length;
  return [
    known === 0
      ? 'nobody had looked at its clients: the machines are as in the model fleet'
      : `${known} of ${clients.length} clients as their last looks found them, the others as these`,
    fleet,
    'workers are never short, nobody pauses or edits anything, and no other campaign runs',
    ...(isAsked ? ['each approval is given 4 h after it is asked for'] : []),
  ];
}
