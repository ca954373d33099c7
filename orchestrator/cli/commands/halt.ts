import type { Command } from 'commander';
import type { z } from 'zod';
import type { Result } from '../../../shared/errors.ts';
import { campaignsAnswer, haltAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { type ApiClient, placeLine } from '../client/api-client.ts';
import { type CommandOutput, outputOf, withApi } from '../client/session.ts';
import { wrapped } from '../render/wrap.ts';
import { haltedLine } from '../render/status.ts';
import { allPages } from '../client/all-pages.ts';
import { requiredReason } from './reason-option.ts';

/** Options of `campaign resume` and `unhalt`. */
export interface ResumeOptions {
  readonly override?: boolean;
  readonly reason?: string;
}

export function addHaltCommands(program: Command): void {
  program
    .command('halt')
    .description(
      'start nothing new on any client of any campaign, within a second, until "servpack unhalt"; work in progress is completed',
    )
    .addOption(requiredReason('why; shown in every status'))
    .addHelpText('after', '\nExample:\n  servpack halt --reason "network is down in Pune"')
    .action(async ({ reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(haltAnswer, '/v1/halt', { reason }), (view, { halted }) => [
          ...placeLine(api),
          ...haltedLine(view, halted),
          'Nothing new starts on any client; work in progress is completed. Undo: servpack unhalt',
        ]),
      );
    });

  program
    .command('unhalt')
    .description('end the halt; paused campaigns stay paused')
    .option('--override', 'also if another person has halted everything')
    .option('--reason <text>', 'why; kept in the audit')
    .addHelpText('after', '\nExample:\n  servpack unhalt --reason "network is back"')
    .action(async (options: ResumeOptions, command: Command) => {
      await withApi(command, async (api) =>
        stillStopped(api, await api.post(haltAnswer, '/v1/unhalt', options)),
      );
    });
}

/** After the halt: the campaigns and logon servers that were paused and held by themselves. */
async function stillStopped(
  api: ApiClient,
  ended: Result<z.infer<typeof haltAnswer>, Refusal>,
): Promise<Result<CommandOutput, Refusal>> {
  const all = ended.ok ? await allPages(api, campaignsAnswer, '/v1/campaigns', 'campaigns') : null;
  const campaigns = all?.ok === true ? all.value.campaigns : [];
  const [paused, held] = [campaigns.flatMap(pausedWords), campaigns.flatMap(heldWords)];
  return outputOf(ended, (view) => [
    ...placeLine(api),
    'The halt is over. Running campaigns go on.',
    ...(paused.length === 0 ? [] : wrapped(view, 'Still paused: ', paused.join(', '), 'yellow')),
    ...(held.length === 0 ? [] : wrapped(view, 'Still held: ', held.join(', '), 'yellow')),
  ]);
}

const pausedWords = ({ campaign, paused }: CampaignStatus): readonly string[] =>
  paused === null ? [] : [`${campaign} (by ${paused.by})`];

const heldWords = ({ campaign, status, holds }: CampaignStatus): readonly string[] =>
  status === 'ended' ? [] : holds.map(({ logonServer, by }) => `${logonServer} in ${campaign} (by ${by})`);
