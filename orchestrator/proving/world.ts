import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import { policyFor } from '../../shared/domain/campaign/client-rules.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { stepApprovals } from '../../shared/domain/campaign/step-approvals.ts';
import type { BegunRemediation } from '../../shared/domain/rules/remediation-limits.ts';
import { restartRules } from '../../shared/domain/rules/restart-limits.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { planWaves } from '../domain/plan-waves.ts';
import { Timetable } from './timetable.ts';
import { type Group, waveFor } from './groups.ts';
import { type Equipment, type Machine, newMachine } from './machine.ts';

/** Everything that does not change while the events of a proof happen. */
export interface Scope {
  readonly definition: CampaignDefinition;
  readonly equipment: Equipment;
  /** Policy time at which the campaign starts. */
  readonly startsAt: number;
  /** Faults of one story: lost answers, lost workers, refused steps, lost restarts. */
  readonly faults: number;
  readonly timetable: Timetable;
}

/** The scope of these values. Another definition needs another scope. */
export const scopeOf = (given: Omit<Scope, 'timetable'>): Scope => ({
  ...given,
  timetable: new Timetable(),
});

/**
 * Where the record of a client stands, as the store keeps it. `driven`: a job is there, or its
 * worker was lost. `parked`: nothing may begin, or all slots are in use.
 */
export type Place =
  | { readonly is: 'waiting' | 'driven' | 'parked' | 'settled' }
  | { readonly is: 'due'; readonly at: number };

export interface Member {
  readonly client: Client;
  readonly wave: number;
  /** Null = not admitted. */
  readonly upgrade: Upgrade | null;
  readonly place: Place;
  readonly holdsSlot: boolean;
  readonly machine: Machine;
}

/** What has happened to a client, for the stop rules. */
export interface NotedFact {
  readonly client: string;
  /** The kind, or a bar and the cause. */
  readonly name: string;
  readonly at: number;
}

/** One state of a campaign and of its clients. */
export interface World {
  readonly now: number;
  readonly campaign: Campaign;
  readonly members: readonly Member[];
  readonly facts: readonly NotedFact[];
  readonly begun: readonly BegunRemediation[];
  readonly faultsLeft: number;
  readonly pausesLeft: number;
}

/** The smallest thing that happens: an event of the domain, or a command on a machine. */
export type Step =
  | {
      readonly kind: 'upgrade';
      readonly at: number;
      readonly member: number;
      readonly event: UpgradeEvent;
      readonly before: Upgrade;
      readonly after: Upgrade;
    }
  /** The store refuses the commit: `planned` does not begin. */
  | {
      readonly kind: 'held';
      readonly at: number;
      readonly member: number;
      readonly event: UpgradeEvent;
      readonly before: Upgrade;
      readonly planned: Upgrade;
      readonly after: Upgrade;
    }
  | { readonly kind: 'admitted'; readonly at: number; readonly member: number; readonly after: Upgrade }
  | {
      readonly kind: 'command';
      readonly at: number;
      readonly member: number;
      readonly command: Command['type'];
      /** The machine just before it. */
      readonly machine: Machine;
    }
  | {
      readonly kind: 'campaign';
      readonly at: number;
      readonly event: CampaignEvent;
      readonly before: Campaign;
      readonly after: Campaign;
    };

/** A step, and the world after it. */
export interface Moment {
  readonly step: Step;
  readonly world: World;
}

/** One event of a story, as a person tells it: what happened, step by step, and where it led. */
export interface Happening {
  readonly moments: readonly Moment[];
  readonly world: World;
  readonly says: string;
  /** What servpack did after the look, in words; left out = nothing, or there was no look. */
  readonly did?: string;
  /** The client that it is about; null = the campaign. */
  readonly member: number | null;
  readonly from: number;
}

export const memberAt = ({ members }: World, index: number): Member => {
  const found = members[index];
  if (found === undefined) throw new Error(`there is no client number ${index}`);
  return found;
};

export const withMember = (world: World, index: number, change: Partial<Member>): World => ({
  ...world,
  members: world.members.map((each, at) => (at === index ? { ...each, ...change } : each)),
});

/** The rules of a client, as a worker reads them from the definition. */
export function rulesFor({ definition, equipment }: Scope, campaign: Campaign, client: Client): Rules {
  const calendar = calendarFor(definition, client);
  const approvals = stepApprovals(campaign);
  const { remediations, restarts } = definition.budgets;
  const typed = definition.calendar?.fit;
  return {
    campaign: definition.campaign,
    seed: definition.seed,
    zone: client.zone,
    policy: policyFor(definition.policy, client),
    product: equipment.product,
    files: equipment.files,
    ...(calendar === null ? {} : { calendar }),
    ...(typed === undefined ? {} : { fit: { typed, measured: {} } }),
    ...(approvals === null ? {} : { approvals }),
    ...(remediations === undefined ? {} : { remediations }),
    ...(restarts === undefined ? {} : { restarts: restartRules(0, restarts, client.labels) }),
    ...(definition.stop === undefined ? {} : { countsFacts: true as const }),
  };
}

function wavesOf(
  definition: CampaignDefinition,
  { clients, inOneWave }: Group,
): readonly (readonly Client[])[] {
  if (!inOneWave) return planWaves(definition, clients).waves.map((wave) => wave.clients);
  const taken = Map.groupBy(clients, (client) => waveFor(definition, client));
  return definition.waves.map((_, wave) => taken.get(wave) ?? []);
}

/** The world in which a person has just started the campaign, before anything is admitted. */
export function firstWorld(scope: Scope, group: Group): World {
  const { definition, equipment, startsAt, faults } = scope;
  const waves = wavesOf(definition, group);
  const members = waves.flatMap((clients, wave) =>
    clients.map((client): Member => ({
      client,
      wave,
      upgrade: null,
      place: { is: 'waiting' },
      holdsSlot: false,
      machine: newMachine(equipment),
    })),
  );
  const campaign: Campaign = {
    definition,
    createdAt: startsAt,
    waveSizes: waves.map((clients) => clients.length),
    state: {
      status: 'running',
      startedAt: startsAt,
      openWaves: 1,
      accepted: definition.waves.map(() => 0),
    },
  };
  return { now: startsAt, campaign, members, facts: [], begun: [], faultsLeft: faults, pausesLeft: 1 };
}
