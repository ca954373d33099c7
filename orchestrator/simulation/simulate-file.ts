import { callMs, horizonMs } from './assumed.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Profile } from '../../shared/products/profile.ts';
import { whyEndPassed } from '../domain/campaign-end.ts';
import { counted } from '../domain/counted.ts';
import { many } from '../views/numbers.ts';
import { planWaves } from '../domain/plan-waves.ts';
import { readCampaignFile } from '../input/campaign-file.ts';
import { namesIn } from '../input/campaign-names.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { spanInWords } from '../views/duration-text.ts';
import type { Trait } from './machines/traits.ts';
import { modelFleet, type NamedInFile } from './model-fleet.ts';
import type { Scenario } from './scenario.ts';

/** A campaign file, and what a simulation of it assumes. */
export interface SimulationOrder {
  readonly file: string;
  readonly text: string;
  /** The calendar files that its blackouts name. */
  readonly calendars?: Readonly<Record<string, string>>;
  /** The clients of a fleet, or how many a model fleet is to have. */
  readonly fleet: KnownFleet | { readonly count: number };
  readonly seed: string;
  /** Policy time. */
  readonly startAt: number;
  readonly approvalMs: number;
  readonly profile: Profile;
  /** Why nothing can start with the release of the file, in words; left out = nothing is known. */
  readonly noRelease?: string | undefined;
  /** A larger fleet is stood for by a smaller one of about this size; left out = it is whole. */
  readonly clientsAtMost?: number;
}

/** A fleet as the orchestrator knows it. */
export interface KnownFleet {
  readonly clients: readonly Client[];
  readonly traits: Readonly<Record<string, Trait>>;
  /** When campaigns have found its clients free; left out = nothing is known. */
  readonly freeTimes?: Readonly<Record<string, FreeTime>>;
  /** Where the traits come from, in words. */
  readonly says: string;
}

/**
 * Reads a campaign file into a scenario. Refused when the file has faults, when it selects nobody
 * or leaves selected clients over, and when its own end is over before it begins.
 */
export function scenarioOfFile(order: SimulationOrder): Result<Scenario, Refusal> {
  const { file, text, calendars, seed, startAt, approvalMs, profile } = order;
  const beside = { now: startAt, ...(calendars === undefined ? {} : { calendars }) };
  const read = readCampaignFile(text, file, beside);
  if (!read.ok) return err(badFile(file, read.error));
  const { definition, input } = read.value;
  const named = namedIn(namesIn(input));
  const known = 'count' in order.fleet ? null : order.fleet;
  const clients = known?.clients ?? modelFleet(sizeOf(order.fleet), seed, named);
  const refusal = whyNotSimulated(definition, clients, startAt);
  if (refusal !== null) return err(refusal);
  return ok({
    definition,
    clients,
    traits: known?.traits ?? {},
    ...(known?.freeTimes === undefined ? {} : { freeTimes: known.freeTimes }),
    seed,
    profile,
    startAt,
    horizonMs,
    approvalMs,
    callMs,
    checksIn: true,
  });
}

const sizeOf = (fleet: SimulationOrder['fleet']): number =>
  'count' in fleet ? fleet.count : fleet.clients.length;

function namedIn(names: ReturnType<typeof namesIn>): NamedInFile {
  const of = (kind: string): readonly string[] => [
    ...new Set(names.filter((each) => each.of === kind).map(({ name }) => name)),
  ];
  const labels = of('labels');
  // A condition that only asks whether a label is there names its key alone.
  const keys = of('labelKey').filter((key) => !labels.some((label) => label.startsWith(`${key}=`)));
  return {
    clients: of('client'),
    logonServers: of('logonServer'),
    zones: of('zone'),
    labels: [...new Set([...labels, ...keys])],
  };
}

function whyNotSimulated(
  definition: CampaignDefinition,
  clients: readonly Client[],
  startAt: number,
): Refusal | null {
  const { waves, left } = planWaves(definition, clients);
  const taken = waves.reduce((sum, wave) => sum + wave.clients.length, 0);
  if (taken + left === 0)
    return fault(
      'campaign.empty',
      `the campaign selects none of the ${counted(clients.length, 'client')} of the fleet`,
    );
  if (left > 0)
    return fault(
      'campaign.leftOver',
      `${left} of ${taken + left} selected clients are in no wave; enlarge the waves or end them with one that takes the rest (rest: true)`,
    );
  const passed = whyEndPassed(definition, startAt);
  return passed === null ? null : fault('campaign.endPassed', `${passed}; correct endAt, or leave it out`);
}

/** What the simulation takes for granted, a sentence each. */
export function assumptionsOf(
  { fleet, approvalMs, noRelease }: SimulationOrder,
  scenario: Scenario,
): readonly string[] {
  const { definition, clients, startAt } = scenario;
  const servers = new Set(clients.map(({ logonServer }) => logonServer)).size;
  const isAsked =
    definition.approvals !== undefined || definition.waves.some(({ gate }) => gate.approval === true);
  return [
    'count' in fleet
      ? `${many(clients.length, 'model client')} with ${many(servers, 'logon server')}, in the usual shares of the lab: no client of your fleet is known`
      : fleet.says,
    `release ${definition.release} is an invented one of this name, with a new content for each file, staged everywhere${noRelease === undefined ? '' : `; ${noRelease}`}`,
    `a person starts it at ${isoOf(startAt)}, and no other campaign runs`,
    'workers are never short, and logon scripts report to servpack',
    'nobody pauses, resumes, retries or edits anything',
    ...(isAsked ? [`each approval is given ${spanInWords(approvalMs)} after it is asked for`] : []),
    ...(definition.hooks === undefined ? [] : ['each hook says go, and takes no time']),
  ];
}
