import { counted } from '../domain/counted.ts';
import { type Copies, serversNotStaged } from '../../shared/domain/campaign/copies.ts';
import type { CampaignDefinition, Client, Release } from '../../shared/domain/campaign/definition.ts';
import { TwinFinder } from '../../shared/domain/campaign/machine.ts';
import { namesOf, spelledBy, spellingsIn } from '../domain/logon-server-names.ts';
import { calendarWarnings } from '../domain/calendar-warnings.ts';
import { planWarnings } from '../domain/plan-warnings.ts';
import { type Plan, planWaves } from '../domain/plan-waves.ts';
import { selectionWarnings } from '../domain/selection-warnings.ts';
import { spelledAsInFleet } from '../domain/spelled-definition.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { type CampaignFile, type CampaignInput, readCampaignFile } from '../input/campaign-file.ts';
import { placesOf } from '../input/campaign-ladder.ts';
import { keyText } from '../../shared/input/input-fault.ts';
import { toRecurrence } from '../input/campaign-schedule.ts';
import { whyHooksRefused } from '../hooks/allowed-program.ts';
import { scheduleWords } from '../schedules/schedule-words.ts';
import { type Profile, profileOf } from '../../shared/products/profile.ts';
import { storedSpelling } from '../spelling.ts';
import type { OrchestratorContext } from '../context.ts';
import { didYouMeanStored } from '../did-you-mean.ts';
import { overlapWarnings } from './plan-overlap.ts';
import { deadlineWarnings } from '../views/campaign-end.ts';
import { whyEndPassed } from '../domain/campaign-end.ts';
import { caseWarnings } from '../views/ladder-words.ts';
import { type PlanRule, planRules } from '../views/plan-rules.ts';
import { proveRuleWords } from '../views/prove-words.ts';
import { whyStartPassed, withdrawnWarnings } from '../domain/start-findings.ts';
import { copiesOf } from './report.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type {
  CampaignPlan,
  CountByLogonServer,
  ExcludedClients,
  CampaignInputFile,
} from '../background/results.ts';
import { selectionWords } from '../views/selection-words.ts';
import { isUsable } from '../releases/withdraw.ts';
import { refuseUnknownDestinations } from './unknown-destinations.ts';
import { idleLimits, refuseUnknownNames } from './unknown-names.ts';

/** A campaign file that can become a campaign. */
export interface Draft {
  readonly definition: CampaignDefinition;
  /** Null while its release is not staged. */
  readonly product: string | null;
  /** That no release of the name in the file is there, and which name is near; null = it is. */
  readonly noRelease: string | null;
  readonly plan: CampaignPlan;
  readonly waves: Plan['waves'];
  /** Its file has a schedule. */
  readonly recurs: boolean;
  /** How often clients had been removed when the fleet was read. */
  readonly removals: number;
}

/**
 * Reads a campaign file against the fleet and the releases. Refused when the file has faults, names
 * what the fleet does not have or selects no client, or names a release whose profile is not known
 * or cannot do what the ladder asks, and when two of its clients are one machine. Clients left over
 * and a release that is not staged yet are no refusal: the plan says so.
 */
export async function draftCampaign(
  { store, clock, hooks: runner, ...context }: OrchestratorContext,
  { file, text, campaign, calendars, asker = context.asker }: CampaignInputFile,
): Promise<Result<Draft, Refusal>> {
  const read = readCampaignFile(text, file, { calendars, now: clock.now() });
  if (!read.ok) return err(badFile(file, read.error));
  const removals = await store.removals();
  const stored = await Array.fromAsync(store.fleet());
  // A fleet of an earlier version may have one server in several spellings.
  const names = namesOf(await spellingsIn(stored));
  const fleet = stored.map((client) => spelledBy(names, client));
  const unknown = fleet.length === 0 ? emptyFleet : refuseUnknownNames(file, read.value, fleet);
  if (unknown !== null) return err(unknown);
  const named = await storedSpelling(store, 'release', read.value.definition.release);
  const spelled = { ...spelledAsInFleet(read.value.definition, names, fleet), release: named };
  const definition = campaign === undefined ? spelled : { ...spelled, campaign };
  const { schedule, prove } = read.value.input;
  const release = await store.readRelease(definition.release);
  const noRelease = release === null ? await noReleaseNamed(store, named) : null;
  const useless = whyUseless(file, { ...read.value, definition }, release);
  if (useless !== null) return err(useless);
  const { document } = read.value;
  const lineOf = (path: readonly (string | number)[]): number => document.lineOf(path);
  const nowhere = refuseUnknownDestinations(context, file, lineOf, definition);
  if (nowhere !== null) return err(nowhere);
  const planned = planWaves(definition, fleet);
  const { waves, left } = planned;
  if (left === 0 && waves.every(({ clients }) => clients.length === 0))
    return err(noneSelected(definition, planned, fleet));
  const twins = twinsIn(waves);
  if (twins !== null) return err(twins);
  const copies = await copiesOf(store, release);
  const plan = planOf(definition, fleet, planned, { release, copies });
  const passed = whyStartPassed(definition, clock.now());
  const hooks = whyHooksRefused(runner?.folder ?? null, definition);
  const over = whyEndPassed(definition, clock.now());
  const clients = waves.flatMap((wave) => wave.clients.map(({ client }) => client));
  const warnings = [
    ...(passed === null ? [] : [passed]),
    ...(over === null ? [] : [over]),
    ...(hooks === null ? [] : [hooks]),
    ...(noRelease === null ? [] : [`${noRelease}: ${noReleaseMeans[definition.start]}`]),
    ...withdrawnWarnings(release),
    ...(await overlapWarnings({ store, asker }, definition.campaign, clients)),
    ...plan.warnings,
    ...calendarWarnings(
      definition,
      waves.flatMap((wave) => wave.clients),
      clock.now(),
    ),
  ];
  return ok({
    definition,
    product: release?.product ?? null,
    noRelease,
    waves,
    removals,
    recurs: schedule !== undefined,
    plan: {
      ...plan,
      warnings,
      rules: [...scheduleRule(schedule, clock.now()), ...plan.rules, ...proveRule(prove)],
    },
  });
}

const noReleaseNamed = async (store: OrchestratorContext['store'], name: string): Promise<string> =>
  `no release named ${name} is staged${await didYouMeanStored({ store }, { kind: 'release', name })}`;

/** What follows for a campaign that is created of the file now. */
const noReleaseMeans: Readonly<Record<CampaignDefinition['start'], string>> = {
  whenStaged: 'the campaign would wait until it is',
  byHand: 'the campaign cannot be created before it is',
};

const scheduleRule = (schedule: CampaignInput['schedule'], now: number): readonly PlanRule[] =>
  schedule === undefined
    ? []
    : [{ rule: 'schedule', says: scheduleWords(toRecurrence(schedule), schedule.missed, now) }];

/** The section is no part of the definition, so the rules of the definition do not have it. */
function proveRule(prove: CampaignInput['prove']): readonly PlanRule[] {
  const says = proveRuleWords(prove);
  return says === null ? [] : [{ rule: 'prove', says }];
}

const emptyFleet = fault(
  'campaign.empty',
  'the fleet is empty; import one first: servpack fleet import FILE',
);

function noneSelected(
  { select }: CampaignDefinition,
  { excluded }: Plan,
  { length }: readonly Client[],
): Refusal {
  const out = excluded.reduce((sum, { clients }) => sum + clients.length, 0);
  const words = selectionWords(select);
  const none = `the campaign selects none of the ${counted(length, 'client')} of the fleet`;
  const says = words === null ? none : `${none}: ${words}`;
  return fault('campaign.empty', out === 0 ? says : `${says}; exclude leaves out ${out} of them`);
}

/** Why a release cannot do what the ladder asks; null = it can, or it is not staged. */
export function whyUseless(file: string, read: CampaignFile, release: Release | null): Refusal | null {
  const profile = release === null ? null : profileOf(release);
  if (profile === null) return null;
  return profile.ok ? uselessStep(file, read, profile.value) : profile.error;
}

/** Only files that servpack brings itself can be replaced at a restart. */
function uselessStep(
  file: string,
  { definition: { release }, input, document }: CampaignFile,
  { product, update }: Profile,
): Refusal | null {
  const places = update.route === 'push' ? [] : placesOf(input.ladder, 'replaceAtRestart');
  if (places.length === 0) return null;
  const says =
    `the ladder has replaceAtRestart, but servpack does not bring the files of ${release} itself: ` +
    `the product profile ${product} has route ${update.route}, and it needs route push`;
  const faults = places.map((path) => ({
    file,
    line: document.lineOf(path),
    key: keyText(path),
    wrong: 'is "replaceAtRestart"',
    expected: `a step that route ${update.route} can do`,
  }));
  return { ...fault('campaign.ladder', says), faults };
}

/** A fleet of an earlier version may have two clients of one machine. */
function twinsIn(waves: Plan['waves']): Refusal | null {
  const finder = new TwinFinder();
  for (const { clients } of waves)
    for (const each of clients) {
      const twin = finder.twinOf(each);
      if (twin !== null)
        return fault(
          'campaign.twins',
          `clients ${twin.client} and ${twin.other} are one machine: they have the same ` +
            `${twin.key === 'client' ? 'name' : `host, ${each.host}`}; select one of them`,
        );
      finder.add(each);
    }
  return null;
}

function planOf(
  definition: CampaignDefinition,
  fleet: readonly Client[],
  planned: Plan,
  { release, copies }: { readonly release: Release | null; readonly copies: Copies | null },
): CampaignPlan {
  const { waves, left, excluded } = planned;
  const taken = waves.flatMap(({ clients }) => clients);
  const notStaged = copies === null ? [] : serversNotStaged(copies, byLogonServer(taken));
  return {
    campaign: definition.campaign,
    release: definition.release,
    releaseStaged: isUsable(release),
    start: definition.start,
    startAt: definition.startAt === null ? null : isoOf(definition.startAt),
    fleet: fleet.length,
    selected: taken.length + left,
    selection: selectionWords(definition.select),
    excluded: excluded
      .filter(({ clients }) => clients.length > 0)
      .map(({ exclusion, clients }) =>
        namesOfExcluded(
          exclusion.reason,
          clients.map(({ client }) => client),
        ),
      ),
    siteWide: release?.siteWide === true,
    servers: taken.filter(({ role }) => role === 'server').length,
    left,
    notStaged,
    waves: waves.map(({ name, clients }) => ({
      wave: name,
      clients: clients.length,
      logonServers: byLogonServer(clients),
    })),
    logonServers: byLogonServer(taken),
    warnings: [
      ...selectionWarnings(definition, planned),
      ...idleLimits(definition, fleet),
      ...caseWarnings(definition, taken),
      ...planWarnings(definition, waves, notStaged),
      ...deadlineWarnings(definition),
    ],
    rules: planRules(definition, taken),
    forecast: null,
  };
}

/** A person reads no more names than these. */
const namesAtMost = 100;

/** Clients that are left out for one reason, in words for a plan. */
export const namesOfExcluded = (reason: string, clients: readonly string[]): ExcludedClients => ({
  reason,
  clients: clients.length,
  names: clients.toSorted().slice(0, namesAtMost),
});

function byLogonServer(clients: readonly Client[]): readonly CountByLogonServer[] {
  const count = new Map<string, number>();
  for (const { logonServer } of clients) count.set(logonServer, (count.get(logonServer) ?? 0) + 1);
  return [...count]
    .map(([logonServer, found]) => ({ logonServer, clients: found }))
    .sort((a, b) => (a.logonServer < b.logonServer ? -1 : 1));
}
