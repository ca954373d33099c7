import type { CampaignStatus } from '../../../shared/domain/status.ts';
import { campaignsAnswer } from '../../../shared/protocol/campaigns.ts';
import type { ApiClient } from '../api-client.ts';
import { shown } from '../session.ts';
import { table } from '../text/table.ts';
import { haltedLine } from '../text/status-text.ts';
import { number, type View } from '../text/view.ts';

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
