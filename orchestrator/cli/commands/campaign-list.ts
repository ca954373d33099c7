import type { Command } from 'commander';
import type { z } from 'zod';
import { archiveAnswer, campaignsAnswer } from '../../http/schemas/campaigns.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { ApiClient } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { shortForecast } from '../render/end-forecast.ts';
import { heldServersWord } from '../render/held.ts';
import { statusWord } from '../../views/campaign-words.ts';
import { haltedLine } from '../render/status.ts';
import { countCell } from '../render/states-table.ts';
import { table } from '../render/table.ts';
import { number, safe, type View } from '../render/view.ts';
import { finishedIn } from '../../../shared/domain/outcome/states.ts';
import { allPages } from '../client/all-pages.ts';

export function addListCommand(campaign: Command): void {
  campaign
    .command('list')
    .description('show one line for each campaign, the newest first')
    .option('--archived', 'the archived campaigns instead, and their files')
    .addHelpText('after', '\nExamples:\n  servpack campaign list\n  servpack campaign list --archived')
    .action(async ({ archived = false }: { archived?: boolean }, command: Command) => {
      await withApi(command, async (api) => (archived ? listArchived(api) : listCampaigns(api)));
    });
}

/** All campaigns, newest first. */
export async function listCampaigns(api: ApiClient) {
  const listed = await allPages(api, campaignsAnswer, '/v1/campaigns', 'campaigns');
  const none = listed.ok && listed.value.campaigns.length === 0 ? await noneLine(api) : '';
  return outputOf(listed, (view: View, { halted, campaigns }) => [
    ...haltedLine(view, halted),
    ...(none === '' ? campaignLines(view, campaigns) : [none]),
  ]);
}

/** There may be campaigns that a narrowed token does not see. */
async function noneLine(api: ApiClient): Promise<string> {
  const [{ sessionAnswer }, { narrowingWords }] = await Promise.all([
    import('../../http/schemas/access.ts'),
    import('../../../shared/domain/campaign/narrowing.ts'),
  ]);
  const session = await api.get(sessionAnswer, '/v1/session');
  const words = session.ok ? narrowingWords(session.value.narrowing) : '';
  return words === ''
    ? 'There is no campaign yet. Create one: servpack campaign create FILE'
    : safe(`This token sees no campaign: it is narrowed to ${words}. There may be others.`);
}

/** `scheduled, paused, LS-PUN held`: a start that is paused does not begin at its time. */
function statusText({ status, paused, holds, forecast }: CampaignStatus): string {
  const isStartPaused = paused !== null && status !== 'paused';
  const held = holds.length === 0 ? [] : [heldServersWord(holds)];
  const ends = shortForecast({ forecast });
  return [statusWord[status], ...(isStartPaused ? ['paused'] : []), ...held, ...ends].join(', ');
}

function campaignLines(view: View, campaigns: readonly CampaignStatus[]): readonly string[] {
  const right = { align: 'right' as const };
  const isCancelled = campaigns.some(({ states }) => states.cancelled > 0);
  return table(
    view,
    [
      { head: 'campaign' },
      { head: 'release' },
      { head: 'status' },
      { head: 'clients', ...right },
      { head: 'finished', ...right },
      { head: 'upgraded', short: 'upgr', ...right },
      { head: 'failed', short: 'fail', ...right },
      { head: 'need attention', short: 'attn', ...right },
      ...(isCancelled ? [{ head: 'cancelled', short: 'canc', ...right }] : []),
    ],
    campaigns.map((status) => {
      const { campaign, release, size, states } = status;
      return [
        { text: campaign },
        { text: release },
        { text: statusText(status) },
        { text: number(size) },
        { text: number(finishedIn(states)) },
        countCell('upgraded', states.upgraded),
        countCell('failed', states.failed),
        countCell('needsAttention', states.needsAttention),
        ...(isCancelled ? [countCell('cancelled', states.cancelled)] : []),
      ];
    }),
  );
}

/** The campaigns that the orchestrator archived, the newest first. */
const listArchived = async (api: ApiClient) =>
  outputOf(await allPages(api, archiveAnswer, '/v1/archive', 'campaigns'), archivedLines);

function archivedLines(
  view: View,
  { campaigns }: Pick<z.infer<typeof archiveAnswer>, 'campaigns'>,
): readonly string[] {
  if (campaigns.length === 0) return ['This orchestrator has archived no campaign.'];
  const right = { align: 'right' as const };
  return table(
    view,
    [
      { head: 'campaign' },
      { head: 'release' },
      { head: 'clients', ...right },
      { head: 'upgraded', short: 'upgr', ...right },
      { head: 'archived' },
      { head: 'by' },
      { head: 'file' },
    ],
    campaigns.map(({ archived, status: { campaign, release, size, states } }) => [
      { text: campaign },
      { text: release },
      { text: number(size) },
      countCell('upgraded', states.upgraded),
      { text: archived.at },
      { text: archived.by },
      { text: archived.file },
    ]),
  );
}
