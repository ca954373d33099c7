import type { CampaignStatus } from '../../views/status.ts';
import { campaignsAnswer } from '../../http/schemas/campaigns.ts';
import type { ApiClient } from '../client/api-client.ts';
import { shown } from '../client/session.ts';
import { table } from '../render/table.ts';
import { haltedLine } from '../render/status-text.ts';
import { number, type View } from '../render/view.ts';

/** All campaigns, newest first. */
export const listCampaigns = async (api: ApiClient) =>
  shown(await api.get(campaignsAnswer, '/v1/campaigns'), (view: View, { halted, campaigns }) => [
    ...haltedLine(view, halted),
    ...campaignLines(view, campaigns),
  ]);

function campaignLines(view: View, campaigns: readonly CampaignStatus[]): readonly string[] {
  if (campaigns.length === 0)
    return ['There is no campaign yet; create one with: servpack campaign create FILE'];
  const right = { align: 'right' as const };
  return table(
    view,
    [
      { head: 'campaign' },
      { head: 'release' },
      { head: 'status' },
      { head: 'clients', ...right },
      { head: 'settled', ...right },
      { head: 'not ok', ...right },
    ],
    campaigns.map(({ campaign, release, status, size, settled, notOk }) => [
      { text: campaign },
      { text: release },
      { text: status },
      { text: number(size) },
      { text: number(settled) },
      notOk === 0 ? { text: '·', style: 'dim' } : { text: number(notOk), style: 'red' },
    ]),
  );
}
