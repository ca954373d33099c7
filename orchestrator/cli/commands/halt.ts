import type { Command } from 'commander';
import { haltAnswer } from '../../http/schemas/campaigns.ts';
import { shown, withApi } from '../client/session.ts';
import { haltedLine } from '../render/status.ts';

/** Options of `campaign resume` and `unhalt`. */
export interface ResumeOptions {
  readonly override?: boolean;
  readonly reason?: string;
}

export function addHaltCommands(program: Command): void {
  program
    .command('halt')
    .description(
      'hold every campaign: nothing new begins on any client, within a second; what was begun is finished',
    )
    .requiredOption('--reason <text>', 'why, for everyone who reads a status')
    .addHelpText('after', '\nExample:\n  servpack halt --reason "network is down in Pune"')
    .action(async ({ reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.post(haltAnswer, '/v1/halt', { reason }), (view, { halted }) =>
          haltedLine(view, halted),
        ),
      );
    });

  program
    .command('unhalt')
    .description('end the halt; paused campaigns stay paused')
    .option('--override', 'also when another person has halted')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', '\nExample:\n  servpack unhalt --reason "network is back"')
    .action(async (options: ResumeOptions, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.post(haltAnswer, '/v1/unhalt', options), () => [
          'The halt is over. Paused campaigns stay paused.',
        ]),
      );
    });
}
