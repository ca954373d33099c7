import { decideCampaign } from '../domain/decide-campaign.ts';
import { admit, openZones } from './admit.ts';
import { campaignAudit } from '../campaigns/audit.ts';
import type { OrchestratorContext } from '../context.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

/** Campaigns that failed in the round before: each is told once, not ten times a second. */
const failing = new WeakMap<OrchestratorContext, Set<string>>();

/**
 * One round of leading: every running campaign is judged on its counters (next wave, pause, end), then its free slots are
 * filled. Level-triggered: a round may come late or twice. A campaign that fails does not hold up the others.
 */
export async function leadRound(context: OrchestratorContext): Promise<void> {
  for (const record of await context.store.campaigns(['running'])) {
    const { campaign } = record.campaign.definition;
    try {
      await lead(context, record);
      if (failingIn(context).delete(campaign)) context.log.info({ campaign }, 'works again');
    } catch (error) {
      if (!failingIn(context).has(campaign)) context.log.error({ campaign, error }, 'failed; tries again');
      failingIn(context).add(campaign);
    }
  }
}

/** Shards that could not be told how a campaign stands are told now, before anything else is decided about it. */
export async function repairRound({ store, log }: OrchestratorContext): Promise<void> {
  for (const campaign of await store.repairReplicas())
    log.info({ campaign }, 'all shards know its state again');
}

function failingIn(context: OrchestratorContext): Set<string> {
  const names = failing.get(context) ?? new Set();
  failing.set(context, names);
  return names;
}

async function lead(context: OrchestratorContext, record: CampaignRecord): Promise<void> {
  const judged = await judge(context, record);
  if (judged.campaign.state.status !== 'running') return;
  await context.store.shareBudget(judged, openZones(judged.campaign.definition, context.clock.now()));
  await admit(context, judged.campaign);
}

/** Judges a campaign on its counters; the record as it is then. */
export async function judge(
  { store, clock, log }: OrchestratorContext,
  record: CampaignRecord,
): Promise<CampaignRecord> {
  const { campaign, version } = record;
  const name = campaign.definition.campaign;
  const counters = await store.counters(name);
  const at = clock.now();
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters }, at);
  if (decision.kind !== 'changed') return record;
  const { status } = decision.campaign.state;
  log.info({ campaign: name, because: decision.because }, status);
  const why = { at, who: 'orchestrator', because: decision.because };
  const audit = campaignAudit(campaign, campaign.state.status, status, why);
  // Someone may have paused it in this very moment; then their word stands and the next round judges again.
  return (await store.commitCampaign(decision.campaign, version, audit)) ?? record;
}
