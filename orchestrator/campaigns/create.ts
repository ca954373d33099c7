import { counted } from '../domain/counted.ts';
import { type Forecast, forecasting } from '../views/survey-forecast.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { campaignAudit } from './audit.ts';
import type { Background } from '../background/request.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { whyEndPassed } from '../domain/campaign-end.ts';
import { waitingIn } from '../domain/waiting-client.ts';
import { namedCalendars } from '../input/campaign-ics.ts';
import { occurrenceFile } from '../input/copied-campaign.ts';
import { withAuthors } from '../domain/approval-requests.ts';
import { stepsAgainst } from '../domain/ladder-steps.ts';
import { whyStartPassed } from '../domain/start-findings.ts';
import { whyHooksRefused } from '../hooks/allowed-program.ts';
import { addLooks } from '../surveys/forecast.ts';
import { type Draft, draftCampaign } from './plan.ts';
import { planBinds } from './plan-binds.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import type { Refusal } from '../refusal.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignInputFile, CampaignPlan } from '../background/results.ts';

/**
 * What the file would do, and what the last looks say about its clients. Changes nothing. Rejects
 * with why the caller has gone.
 */
export async function planCampaign(
  context: OrchestratorContext,
  input: CampaignInputFile,
): Promise<Result<CampaignPlan, Refusal>> {
  if (context.background !== undefined && (await isLarge(context)))
    return planApart(context, context.background, input);
  const draft = await draftCampaign(context, input);
  if (!draft.ok) return draft;
  const forecast = await forecastDraft(context, draft.value);
  if (forecast.looked === 0) return ok({ ...draft.value.plan, forecast });
  // What binds is simulated, and no simulation runs on the event loop.
  if (context.background !== undefined) return planApart(context, context.background, input);
  const binds = await planBinds(context.store, draft.value, context.clock.now());
  return ok({ ...draft.value.plan, forecast, ...(binds === null ? {} : { binds }) });
}

async function planApart(
  context: OrchestratorContext,
  background: Background,
  input: CampaignInputFile,
): Promise<Result<CampaignPlan, Refusal>> {
  const planned = await background('planCampaign', '', asked(context, input), context.caller);
  context.caller?.gone.throwIfAborted();
  return planned;
}

/** The input with who asks, for another thread. */
const asked = ({ asker }: OrchestratorContext, input: CampaignInputFile): CampaignInputFile =>
  asker === undefined ? input : { ...input, asker };

async function forecastDraft(
  { store, clock }: OrchestratorContext,
  { definition, product, waves }: Draft,
): Promise<Forecast> {
  const sums = forecasting(product, clock.now());
  for (const { clients } of waves)
    await addLooks(
      store,
      sums,
      clients.map(({ client }) => client),
    );
  return sums.forecast(stepsAgainst(definition.policy, 'service'));
}

/**
 * Writes the campaign and its waiting clients, and starts nothing. Refused when the release is
 * neither staged nor waited for, when no client is selected, when clients are left over, or when
 * the name is taken, and when clients leave the fleet at this moment.
 */
export async function createCampaign(
  context: OrchestratorContext,
  who: string,
  input: CampaignInputFile,
): Promise<Result<CampaignPlan, Refusal>> {
  if (context.background !== undefined && (await isLarge(context)))
    return context.background('createCampaign', who, asked(context, input), context.caller);
  const draft = await draftCampaign(context, input);
  if (!draft.ok) return draft;
  const { plan } = draft.value;
  if (draft.value.recurs && input.campaign === undefined) return err(recurring);
  const refusal = (await sameName(context, plan.campaign)) ?? whyNotReady(draft.value, context.clock.now());
  if (refusal !== null) return err(refusal);
  const hooks = whyHooksRefused(context.hooks?.folder ?? null, draft.value.definition);
  if (hooks !== null) return err(fault('campaign.hooks', hooks));
  const ended = await whyEnded(context.caller);
  if (ended !== null) return err(ended);
  const created = await context.store.createCampaign(
    ...recordsOf(draft.value, input, who, context.clock.now()),
  );
  if (!created.ok) return created;
  context.log.info({ campaign: plan.campaign, who, clients: plan.selected }, 'campaign created');
  return ok(plan);
}

/** Why a campaign cannot have this definition before its start; null = it can. */
export const whyNotReady = ({ definition, plan, noRelease }: Draft, now: number): Refusal | null =>
  startPassed(whyStartPassed(definition, now)) ??
  endPassed(whyEndPassed(definition, now)) ??
  notStaged(plan, noRelease) ??
  leftOver(plan.selected, plan.left);

/** Dividing so many clients among the waves takes a tenth of a second. */
const largeFleet = 20_000;

export const isLarge = async ({ store }: OrchestratorContext): Promise<boolean> =>
  (await store.fleetSize()) > largeFleet;

/** Names compare without case, so no two campaigns differ by case only. */
async function sameName({ store }: OrchestratorContext, name: string): Promise<Refusal | null> {
  const other = spelledAs(name, await store.campaignNames());
  return other === name
    ? null
    : fault('campaign.taken', `a campaign named ${other} exists already, and ${name} is the same name`);
}

const recurring = fault(
  'campaign.recurs',
  'the campaign file has a schedule: create it with servpack schedule create, which creates a campaign for each occurrence',
);

const startPassed = (passed: string | null): Refusal | null =>
  passed === null
    ? null
    : fault('campaign.startPassed', `${passed}; correct startAt, or leave it out to begin at the start`);

const endPassed = (over: string | null): Refusal | null =>
  over === null ? null : fault('campaign.endPassed', `${over}; correct endAt, or leave it out`);

function notStaged(
  { release, releaseStaged, start }: CampaignPlan,
  noRelease: Draft['noRelease'],
): Refusal | null {
  if (releaseStaged || start === 'whenStaged') return null;
  const says = noRelease ?? `release ${release} is not staged`;
  return fault('release.notStaged', `${says}; stage it first, or say on: staged in the campaign file`);
}

export function leftOver(selected: number, left: number): Refusal | null {
  if (left === 0) return null;
  return fault(
    'campaign.leftOver',
    `${left} of ${counted(selected, 'selected client')} ${left === 1 ? 'is' : 'are'} in no wave; enlarge the waves or end them with one that takes the rest (rest: true)`,
  );
}

function recordsOf(
  { definition, waves, plan, removals }: Draft,
  input: CampaignInputFile,
  who: string,
  at: number,
): Parameters<OperatorStore['createCampaign']> {
  const { text, campaign: occurrence, calendars, author, file } = input;
  const campaign: Campaign = withAuthors(
    {
      definition,
      createdAt: at,
      waveSizes: waves.map(({ clients }) => clients.length),
      state: { status: 'created' },
    },
    [who, ...(author === undefined ? [] : [author])],
  );
  const picks = waves.flatMap(({ clients }, wave) =>
    clients.map((client) => waitingIn(definition, client, wave)),
  );
  const out = plan.excluded.reduce((sum, { clients }) => sum + clients, 0);
  const leftOut = out === 0 ? '' : `, ${out} left out`;
  const because = `${counted(plan.selected, 'client')} in ${counted(waves.length, 'wave')}${leftOut}, from the campaign file with SHA-256 ${definition.hash}`;
  const audit = campaignAudit(campaign, '', campaign.state.status, { at, who, because });
  const own = occurrence === undefined ? text : occurrenceFile(text, occurrence, definition.seed);
  const created = { edition: 0, at, by: who, because: 'created', changes: [] };
  const from = { file, ...(author === undefined ? {} : { author }) };
  const first = { ...created, ...from, ...namedCalendars(definition, calendars), text: own };
  return [campaign, picks, audit, 1, removals, [first]];
}
