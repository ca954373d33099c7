import { readStopFacts } from './stop-facts.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import { type CampaignReport, campaignReport, type Reported } from '../views/report.ts';
import { type RankedBlocker, rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import type { Copies } from '../../shared/domain/campaign/copies.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { type PlannedAgainstActual, withoutPlan } from '../views/planned-actual.ts';
import { reachedActions } from '../views/narrowed-actions.ts';
import { type CampaignStatus, campaignStatus } from '../views/status.ts';
import type { Surroundings } from '../views/surroundings.ts';
import { sharedServers } from '../fleet/server-limits.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { cameLast, cameOf, plannedOf } from './look-back.ts';
import { lastEdit } from './last-edit.ts';
import { readArchivedReport } from './archived.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { newestFirst, pageOfWhole } from '../lists/whole-list.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { requestsAbout } from '../requests/open-requests.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { isUsable } from '../releases/withdraw.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

/** How many clients of one campaign a blocker concerns. */
type InCampaign = Omit<RankedBlocker, 'blocker'> & { readonly campaign: string };

/** Blockers of the named campaigns. The blocker whose removal frees most clients comes first. */
export interface Blockers {
  readonly campaigns: readonly string[];
  /** `inCampaigns` is left out where only one campaign is asked about. */
  readonly blockers: readonly (RankedBlocker & { readonly inCampaigns?: readonly InCampaign[] })[];
}

/** A page of the campaigns, newest first, each with its whole status. */
export async function pageCampaigns(
  context: OrchestratorContext,
  question: PageQuestion,
): Promise<Result<Page<CampaignStatus>, Refusal>> {
  const records = await context.store.campaigns();
  const keyOf = ({ campaign: { createdAt, definition } }: CampaignRecord): string =>
    newestFirst(createdAt, definition.campaign);
  const page = pageOfWhole(['campaigns'], records, keyOf, question);
  if (!page.ok) return page;
  const items = await Promise.all(page.value.items.map(async (record) => statusOf(context, record)));
  return ok({ ...page.value, items });
}

/** Where a campaign stands, read from its counters: cheap for any number of clients. */
export async function readStatus(
  context: OrchestratorContext,
  name: string,
): Promise<Result<CampaignStatus, Refusal>> {
  const read = await readVersionedStatus(context, name);
  return read.ok ? ok(read.value.status) : read;
}

/** The status, and the version of the campaign that it was made of. */
export async function readVersionedStatus(
  context: OrchestratorContext,
  name: string,
): Promise<Result<{ readonly status: CampaignStatus; readonly version: number }, Refusal>> {
  const record = await context.store.readCampaign(name);
  return record === null
    ? err(notFound('campaign', name))
    : ok({ status: await statusOf(context, record), version: record.version });
}

async function statusOf(context: OrchestratorContext, { campaign }: CampaignRecord): Promise<CampaignStatus> {
  const [counters, surroundings, edited] = await Promise.all([
    context.store.counters(campaign.definition.campaign),
    surroundingsOf(context, campaign),
    lastEdit(context, campaign),
  ]);
  const status = campaignStatus(campaign, counters, context.clock.now(), surroundings);
  return { ...status, ...edited, actions: reachedActions(context.asker, status.actions) };
}

/** What a campaign's status says of things that are not its own; all of it is read at once. */
export async function surroundingsOf(
  { store, clock, processes }: Pick<OrchestratorContext, 'store' | 'clock' | 'processes'>,
  campaign: Campaign,
): Promise<Surroundings> {
  const { definition } = campaign;
  const name = definition.campaign;
  const isForecast = 'startedAt' in campaign.state;
  const [
    { halt },
    [release, copies],
    failed,
    missing,
    hookRuns,
    stopFacts,
    kept,
    shares,
    starts,
    restarts,
    requests,
  ] = await Promise.all([
    store.readHalt(),
    releaseWithCopies(store, definition),
    store.roundFailures(),
    processes?.missing(),
    hookRunsOf(store, definition),
    readStopFacts(store, campaign, clock.now()),
    isForecast ? store.readForecasts(name) : null,
    sharedServers(store, name),
    definition.speed === undefined ? undefined : store.recentStarts(name),
    restartsIn(store, definition),
    requestsAbout(store, campaign),
  ]);
  return {
    halt,
    withdrawn: release?.withdrawn ?? null,
    copies,
    failures: failed.filter((failure) => failure.campaign === name),
    releaseStaged: isUsable(release),
    ...(missing === undefined ? {} : { missing }),
    hookRuns,
    ...stopFacts,
    ...(kept === null ? {} : { kept }),
    ...(requests.length === 0 ? {} : { requests }),
    ...(shares === undefined ? {} : { shares }),
    ...(starts === undefined ? {} : { starts }),
    ...restarts,
  };
}

async function releaseWithCopies(
  store: OperatorStore,
  definition: CampaignDefinition,
): Promise<readonly [Release | null, Copies | null]> {
  const release = await store.readRelease(definition.release);
  return [release, await copiesOf(store, release)];
}

/** Who has or waits for slots of restarts. A campaign that does not limit them costs no read. */
export const restartsIn = async (
  store: OperatorStore,
  { campaign, budgets }: CampaignDefinition,
): Promise<Pick<Surroundings, 'restarts'>> =>
  budgets.restarts === undefined ? {} : { restarts: await store.restarts(campaign) };

/** How the hooks of a campaign stand. A campaign without hooks costs no read. */
export const hookRunsOf = async (
  store: OperatorStore,
  { campaign, hooks }: CampaignDefinition,
): Promise<readonly HookRun[]> =>
  hooks === undefined ? [] : (await store.hookRuns(campaign)).map(({ run }) => run);

/** What is known of the copies of a release. Null = all logon servers share one tree. */
export async function copiesOf(store: OperatorStore, release: Release | null): Promise<Copies | null> {
  if (release?.copies === undefined) return null;
  return { filesInAll: release.files.length, found: await store.readCopies(release.release) };
}

/** Who halted everything; null = nothing is halted. */
export async function readHalted({ store }: OrchestratorContext): Promise<CampaignStatus['halted']> {
  const { halt } = await store.readHalt();
  return halt === null ? null : { ...halt, at: isoOf(halt.at) };
}

/**
 * The status and every client: reads every record of the campaign, or the file of an archived one.
 * @param isArchived only the file, also where another campaign of the same name is there
 * @param gone aborted = nobody waits for the report; rejects with its reason
 */
export async function readReport(
  context: OrchestratorContext,
  name: string,
  isArchived = false,
  gone?: AbortSignal,
): Promise<Result<CampaignReport, Refusal>> {
  const { store, clock } = context;
  const record = isArchived ? null : await store.readCampaign(name);
  if (record === null) return readArchivedReport(context, name, gone);
  const { campaign } = record;
  const clients = await clientsOf(store, name);
  const surroundings = await surroundingsOf(context, record.campaign);
  const counters = await store.counters(name);
  const report = campaignReport(campaign, counters, clients, clock.now(), surroundings);
  const { version } = record;
  const planned = await plannedOf(campaign, surroundings.kept ?? null, () =>
    cameOf(context, { campaign, record: { version, counters } }, gone),
  );
  return ok({ ...report, ...planned, ...(await lastEdit(context, campaign)) });
}

/**
 * What was planned when the campaign started, against what came. A reading of the audit that is
 * kept answers at once, with its age in `comparedAt`; where none is, the answer says so.
 */
export async function readPlanned(
  context: OrchestratorContext,
  name: string,
): Promise<Result<PlannedAgainstActual, Refusal>> {
  const record = await context.store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign, version } = record;
  const { kept = null } = await surroundingsOf(context, campaign);
  const { planned } = await plannedOf(campaign, kept, async () => {
    const counters = await context.store.counters(campaign.definition.campaign);
    return cameLast(context, { campaign, record: { version, counters } });
  });
  return ok(planned ?? withoutPlan('the campaign has not started'));
}

/** A client admitted between the two readings is found twice: the record counts. */
async function clientsOf(store: OperatorStore, name: string): Promise<readonly Reported[]> {
  const found = new Map<string, Reported>();
  for await (const pick of store.waiting(name)) found.set(pick.client, { kind: 'waiting', ...pick });
  for await (const { upgrade } of store.upgrades(name))
    found.set(upgrade.client, { kind: 'admitted', upgrade });
  return [...found.values()];
}

/** The blockers of one campaign, or of all that are running or paused. */
export async function readBlockers(
  { store }: OrchestratorContext,
  campaign: string | null,
): Promise<Result<Blockers, Refusal>> {
  const all = await store.campaigns();
  const isAsked = ({ definition, state }: CampaignRecord['campaign']): boolean =>
    campaign === null
      ? state.status === 'running' || state.status === 'paused'
      : definition.campaign === campaign;
  const names = all
    .filter((record) => isAsked(record.campaign))
    .map((record) => record.campaign.definition.campaign);
  if (campaign !== null && names.length === 0) return err(notFound('campaign', campaign));
  const counters = await Promise.all(names.map(async (name) => store.counters(name)));
  const ranked = rankBlockers(sumOf(counters));
  if (names.length < 2) return ok({ campaigns: names, blockers: ranked });
  const each = names.flatMap((name, at) =>
    rankBlockers(counters[at] ?? {}).map((one) => ({ campaign: name, ...one })),
  );
  const places = Map.groupBy(each, ({ blocker }) => blocker);
  return ok({
    campaigns: names,
    blockers: ranked.map((one) => ({
      ...one,
      inCampaigns: (places.get(one.blocker) ?? []).map(({ blocker: _blocker, ...inOne }) => inOne),
    })),
  });
}

function sumOf(all: readonly Counters[]): Counters {
  const sum: Record<string, number> = {};
  for (const [name, count] of all.flatMap((counters) => Object.entries(counters)))
    sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
