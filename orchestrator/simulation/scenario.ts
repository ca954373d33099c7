import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client, Release } from '../../shared/domain/campaign/definition.ts';
import type { KeepEvidence } from '../../shared/execution/command-context.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Profile } from '../../shared/products/profile.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { planWaves } from '../domain/plan-waves.ts';
import { MachineClients } from './machine-clients.ts';
import { genericAgent } from './machines/agent.ts';
import type { DailyHabits } from './machines/timetable.ts';
import type { Trait } from './machines/traits.ts';
import { type ModelRelease, modelRelease } from './model-release.ts';
import type { Observer } from './observer.ts';
import { simulate, type Simulated } from './simulation.ts';

/** Everything that a simulation of a campaign from its beginning follows from. Plain values. */
export interface Scenario {
  readonly definition: CampaignDefinition;
  readonly clients: readonly Client[];
  /** What is special about clients; one that is left out is drawn from the seed. */
  readonly traits: Readonly<Record<string, Trait>>;
  /** The release; left out = a service pack of SMS 1.2 with a new content for each file. */
  readonly release?: ModelRelease;
  /** When the machines were switched on: policy time. Left out = when the campaign starts. */
  readonly machinesSince?: number;
  /** The same seed makes the same machines and users. */
  readonly seed: string;
  readonly profile: Profile;
  /** When a person starts the campaign: policy time. */
  readonly startAt: number;
  /** How much policy time is simulated at most. */
  readonly horizonMs: number;
  /** How long a person takes to approve; null = nobody does. */
  readonly approvalMs: number | null;
  /** How long one call to a client takes. */
  readonly callMs: number;
  /** Do the logon scripts of clients report to servpack? */
  readonly checksIn: boolean;
  /** Left out = users come and go at other times each day, and computers stay on. */
  readonly habits?: DailyHabits;
  /** By client: what earlier campaigns have learned of its free time. Left out = nothing. */
  readonly freeTimes?: Readonly<Record<string, FreeTime>>;
}

/** A campaign that was just started on a model of its fleet. */
export interface StartedScenario {
  readonly campaign: Campaign;
  readonly waves: readonly (readonly Client[])[];
  readonly release: Release;
  readonly model: MachineClients;
  readonly logonServers: readonly string[];
  /** When the campaign runs: policy time. */
  readonly startAt: number;
}

/** Who starts a simulated campaign. */
const operator = 'operator (assumed)';

/**
 * Creates the campaign on its fleet and starts it. Its release is staged everywhere.
 * @param keepEvidence keeps the raw text of a look; left out = none is kept
 */
export function startScenario(scenario: Scenario, keepEvidence?: KeepEvidence): StartedScenario {
  const { definition, clients, seed, profile, traits } = scenario;
  const { release, staged } = scenario.release ?? modelRelease(definition.release);
  const waves = planWaves(definition, clients).waves.map((wave) => wave.clients);
  const created: Campaign = {
    definition,
    createdAt: scenario.startAt,
    waveSizes: waves.map(({ length }) => length),
    state: { status: 'created' },
  };
  const startAt = Math.max(scenario.startAt, definition.startAt ?? 0);
  const asked = { type: 'StartRequested', by: operator, releaseStaged: true, overlap: [] } as const;
  const started = decideCampaign(created, asked, startAt);
  if (started.kind !== 'changed') throw new Error(started.because);
  const logonServers = [...new Set(clients.map(({ logonServer }) => logonServer))];
  const model = new MachineClients({
    seed,
    traits: 'usual',
    agent: genericAgent,
    startedAt: scenario.machinesSince ?? startAt,
    release: staged,
    profile,
    logonServers,
    callMs: scenario.callMs,
    checksIn: scenario.checksIn,
    ...(keepEvidence === undefined ? {} : { keepEvidence }),
    ...(scenario.habits === undefined ? {} : { habits: scenario.habits }),
    traitOf: ({ client }) => (Object.hasOwn(traits, client) ? traits[client] : undefined),
  });
  return { campaign: started.campaign, waves, release, model, logonServers, startAt };
}

/** Runs a started campaign to its end, or to the end of the simulated time. */
export const runScenario = (
  { horizonMs, approvalMs, profile, freeTimes }: Scenario,
  started: StartedScenario,
  observer: Observer = {},
): Promise<Simulated> => {
  const { campaign, waves, release, model, logonServers, startAt } = started;
  return simulate({
    campaign,
    waves,
    sources: { release, profile, logonServers },
    model,
    startAt,
    until: startAt + horizonMs,
    approvalMs,
    observer,
    ...(freeTimes === undefined ? {} : { freeTimes }),
  });
};
