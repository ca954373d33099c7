import { decideCampaign } from '../shared/domain/campaign.ts';
import type { CampaignRecord } from '../shared/store/store.ts';
import { admit, openZones } from './admit.ts';
import { campaignAudit } from './campaigns/audit.ts';
import type { Office } from './office.ts';

/** Campaigns that failed in the round before: each is told once, not ten times a second. */
const failing = new WeakMap<Office, Set<string>>();

/**
 * One round of leading: every running campaign is judged on its counters (next wave, pause, end), then its free slots are
 * filled. Level-triggered: a round may come late or twice. A campaign that fails does not hold up the others.
 */
export async function leadRound(office: Office): Promise<void> {
  for (const record of await office.store.campaigns(['running'])) {
    const { campaign } = record.campaign.definition;
    try {
      await lead(office, record);
      if (failingIn(office).delete(campaign)) office.log.info({ campaign }, 'works again');
    } catch (error) {
      if (!failingIn(office).has(campaign)) office.log.error({ campaign, error }, 'failed; tries again');
      failingIn(office).add(campaign);
    }
  }
}

/** Shards that could not be told how a campaign stands are told now, before anything else is decided about it. */
export async function repairRound({ store, log }: Office): Promise<void> {
  for (const campaign of await store.repairReplicas())
    log.info({ campaign }, 'all shards know its state again');
}

function failingIn(office: Office): Set<string> {
  const names = failing.get(office) ?? new Set();
  failing.set(office, names);
  return names;
}

async function lead(office: Office, record: CampaignRecord): Promise<void> {
  const judged = await judge(office, record);
  if (judged.campaign.state.status !== 'running') return;
  await office.store.shareBudget(judged, openZones(judged.campaign.definition, office.clock.now()));
  await admit(office, judged.campaign);
}

/** Judges a campaign on its counters; the record as it is then. */
export async function judge({ store, clock, log }: Office, record: CampaignRecord): Promise<CampaignRecord> {
  const { campaign, version } = record;
  const name = campaign.definition.campaign;
  const counters = await store.counters(name);
  const at = clock.now();
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters }, at);
  if (decision.kind !== 'moved') return record;
  const { status } = decision.campaign.state;
  log.info({ campaign: name, because: decision.because }, status);
  const why = { at, who: 'orchestrator', because: decision.because };
  const audit = campaignAudit(campaign, campaign.state.status, status, why);
  // Someone may have paused it in this very moment; then their word stands and the next round judges again.
  return (await store.commitCampaign(decision.campaign, version, audit)) ?? record;
}
