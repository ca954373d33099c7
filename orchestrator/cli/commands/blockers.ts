import type { Command } from 'commander';
import { blockersAnswer } from '../../http/schemas/campaigns.ts';
import { shown, withApi } from '../client/session.ts';
import { rankingLines } from '../render/report.ts';

export function addBlockersCommand(program: Command): void {
  program
    .command('blockers')
    .description('what is in the way, ranked: fix the first one and most clients can go')
    .option('--campaign <name>', 'of this campaign; else of all that are running or paused')
    .addHelpText('after', '\nExample:\n  servpack blockers --campaign sms-sp4')
    .action(async (query: { campaign?: string }, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(blockersAnswer, '/v1/blockers', { ...query }), (view, { campaigns, blockers }) =>
          campaigns.length === 0
            ? ['No campaign is running or paused; name one with --campaign']
            : rankingLines(view, blockers),
        ),
      );
    });
}
