import type { Command } from 'commander';
import { haltAnswer } from '../../http/schemas/campaigns.ts';
import { outputOf, withApi } from '../client/session.ts';
import { placeLine } from '../client/api-client.ts';
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
      'start nothing new on any client of any campaign, within a second, until "servpack unhalt"; work in progress is completed',
    )
    .requiredOption('--reason <text>', 'why; shown in every status')
    .addHelpText('after', '\nExample:\n  servpack halt --reason "network is down in Pune"')
    .action(async ({ reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(haltAnswer, '/v1/halt', { reason }), (view, { halted }) => [
          ...placeLine(api),
          ...haltedLine(view, halted),
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
        outputOf(await api.post(haltAnswer, '/v1/unhalt', options), () => [
          ...placeLine(api),
          'The halt is over. Paused campaigns stay paused.',
        ]),
      );
    });
}
