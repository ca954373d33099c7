import type { Command } from 'commander';
import { blockersAnswer } from '../../http/schemas/campaigns.ts';
import { outputOf, withApi } from '../client/session.ts';
import { rankingLines } from '../render/report.ts';

export function addBlockersCommand(program: Command): void {
  program
    .command('blockers')
    .description('rank what blocks clients: fix the first one to free most of them')
    .option('--campaign <name>', 'only this campaign (default: all that are running or paused)')
    .addHelpText('after', '\nExample:\n  servpack blockers --campaign sms-sp4')
    .action(async (query: { campaign?: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(
          await api.get(blockersAnswer, '/v1/blockers', { ...query }),
          (view, { campaigns, blockers }) =>
            campaigns.length === 0
              ? ['No campaign is running or paused. Choose one with --campaign']
              : rankingLines(view, blockers),
        ),
      );
    });
}
