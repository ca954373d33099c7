import { decideCampaign } from '../shared/domain/campaign.ts';
import type { CampaignRecord } from '../shared/store/store.ts';
import { admit } from './admit.ts';
import type { Office } from './office.ts';

/**
 * One round of leading: every running campaign is judged on its counters (next wave, pause, end), then its free slots are
 * filled. Level-triggered: a round may come late or twice.
 */
export async function leadRound(office: Office): Promise<void> {
  for (const record of await office.store.campaigns()) {
    if (record.campaign.state.status !== 'running') continue;
    const judged = await judge(office, record);
    if (judged.campaign.state.status === 'running') await admit(office, judged.campaign);
  }
}

async function judge({ store, clock, log }: Office, record: CampaignRecord): Promise<CampaignRecord> {
  const { campaign, version } = record;
  const name = campaign.definition.campaign;
  const counters = await store.counters(name);
  const at = clock.now();
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters }, at);
  if (decision.kind !== 'moved') return record;
  log.info({ campaign: name, because: decision.because }, decision.campaign.state.status);
  const audit = {
    at,
    campaign: name,
    client: null,
    who: 'orchestrator',
    from: campaign.state.status,
    to: decision.campaign.state.status,
    because: decision.because,
    evidence: null,
  };
  // Someone may have paused it in this very moment; then their word stands and the next round judges again.
  return (await store.commitCampaign(decision.campaign, version, audit)) ?? record;
}
