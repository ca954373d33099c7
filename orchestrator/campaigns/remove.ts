import { counted } from '../domain/counted.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { campaignAudit } from './audit.ts';
import { changeCampaign } from './transitions.ts';

/** A campaign that is gone: its name is free. */
export interface RemovedCampaign {
  readonly campaign: string;
  readonly clients: number;
  /** The file that holds it; null where it was deleted. */
  readonly file: string | null;
}

/**
 * Deletes a campaign that never ran. First its head says so, which ends everything else; then its
 * records go. A deletion that broke off in between is ended by asking again.
 */
export async function deleteCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<RemovedCampaign, Refusal>> {
  const { store } = context;
  const asked = await changeCampaign(context, who, name, async () => ({
    event: {
      type: 'RemovalRequested',
      kind: 'delete',
      by: who,
      reason,
      counters: await store.counters(name),
    },
  }));
  if (!asked.ok) return asked;
  const record = await store.readCampaign(name);
  if (record?.campaign.removal?.kind !== 'delete') return err(notFound('campaign', name));
  return ok(await finishRemoval(context, record, 'deleted', null));
}

/** Removes the records. The last step writes the entry that ends this life of the name. */
export async function finishRemoval(
  { store, clock, log }: OrchestratorContext,
  { campaign }: CampaignRecord,
  to: 'deleted' | 'archived',
  file: string | null,
): Promise<RemovedCampaign> {
  const { campaign: name, hash } = campaign.definition;
  const clients = campaign.waveSizes.reduce((sum, size) => sum + size, 0);
  const { by: who = '', because: reason = '' } = campaign.removal ?? {};
  const where = file === null ? '' : `, to ${file}`;
  const because = `${to}${where}: ${counted(clients, 'client')}, campaign file with SHA-256 ${hash}: ${reason}`;
  const at = clock.now();
  // Another call may have ended the same removal: the campaign is gone all the same.
  await store.removeCampaign(name, campaignAudit(campaign, campaign.state.status, to, { at, who, because }));
  log.info({ campaign: name, who, clients, file }, `campaign ${to}`);
  return { campaign: name, clients, file };
}
