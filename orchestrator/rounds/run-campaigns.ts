import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import { isLeftOver } from '../../shared/domain/campaign/member-change.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { campaignAudit } from '../campaigns/audit.ts';
import { isFinishingCampaign } from '../campaigns/cancel-walk.ts';
import { finishMove, isMoveLeftOver } from '../campaigns/move-waiting.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { cancelSlices } from './cancel-slices.ts';
import { eachCampaign } from './each-campaign.ts';
import { type OpenClasses, rememberingOpenClasses } from './open-classes.ts';
import type { Round } from './repeat.ts';
import type { HealthWatch } from './watch-health.ts';
import { wakeApproved } from './wake-approved.ts';

/**
 * Runs the campaigns: each running campaign is evaluated on its counters (next wave, pause, end),
 * then its free slots are filled. A round may come late or twice.
 * @param health is informed of each campaign, because its gate may ask for the health of clients
 */
export function runCampaigns(health?: Pick<HealthWatch, 'note'>): Round {
  const openClasses = rememberingOpenClasses();
  const cancelling = cancelSlices();
  const wake = wakeApproved();
  const run = async (context: LeaderContext, record: CampaignRecord): Promise<void> => {
    const campaign = await runCampaign(context, record, openClasses);
    health?.note(campaign);
    if (campaign.approvals !== undefined) await wake(context, campaign);
    if (isFinishingCampaign(campaign)) await cancelling.run(context, campaign);
    else cancelling.forget(campaign);
  };
  const round: Round = {
    name: 'campaigns',
    run: async (context) =>
      eachCampaign(context, round.name, await context.store.campaigns(['running']), run),
  };
  return round;
}

async function runCampaign(
  context: LeaderContext,
  record: CampaignRecord,
  openClasses: OpenClasses,
): Promise<Campaign> {
  const { store, clock } = context;
  const evaluated = await evaluateCampaign(context, record);
  if (evaluated.campaign.state.status !== 'running') return evaluated.campaign;
  await store.shareBudget(evaluated, openClasses(evaluated.campaign.definition, clock.now()));
  await admitClients(context, evaluated.campaign, openClasses);
  return evaluated.campaign;
}

/**
 * Evaluates a campaign on its counters and commits what follows: the next wave opens, the campaign
 * pauses, or it ends.
 * @returns the record as it is then
 */
export async function evaluateCampaign(
  context: LeaderContext,
  record: CampaignRecord,
): Promise<CampaignRecord> {
  const { store, clock, log } = context;
  const { campaign, version } = record;
  const name = campaign.definition.campaign;
  const { memberChange } = campaign;
  if (isMoveLeftOver(campaign, clock.now()))
    return (await finishMove(context, 'orchestrator', name)) ?? record;
  if (memberChange !== undefined && isLeftOver(memberChange, clock.now()))
    return (await store.endMemberChange(name)) ?? record;
  const counters = await store.counters(name);
  const at = clock.now();
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters }, at);
  if (decision.kind !== 'changed') return record;
  const { status } = decision.campaign.state;
  log.info({ campaign: name, because: decision.because }, status);
  const why = { at, who: 'orchestrator', because: decision.because };
  const audit = campaignAudit(campaign, campaign.state.status, status, why);
  // A person may have paused it in this moment. Their change stands, and the next round evaluates
  // again.
  return (await store.commitCampaign(decision.campaign, version, audit)) ?? record;
}

/**
 * Fills the free slots of a campaign: parked clients first, then waiting ones. The choice is a pure
 * function. The store compares and sets, so a choice made on old numbers cannot break a budget. The
 * job of each admitted client is added last; a worker runs it.
 * @returns how many were admitted
 */
export async function admitClients(
  context: LeaderContext,
  campaign: Campaign,
  openClasses = rememberingOpenClasses(),
): Promise<number> {
  const { definition } = campaign;
  const { store, clock, log } = context;
  const name = definition.campaign;
  const inUse = await store.slotsInUse(name);
  const free = definition.budgets.active - inUse.active;
  if (free <= 0) return 0;
  const queued = await store.queued(name, free, openClasses(definition, clock.now()));
  // After the end of a campaign no further client begins.
  const waiting = isFinishingCampaign(campaign) ? [] : queued.waiting;
  const chosen = chooseAdmissions(definition.budgets, inUse, [...queued.parked, ...waiting]);
  if (chosen.length === 0) return 0;
  const admitted = await store.admit(name, chosen, clock.now());
  log.debug({ campaign: name, admitted: admitted.length }, 'admitted');
  await dispatchJobs(context, admitted);
  return admitted.length;
}
