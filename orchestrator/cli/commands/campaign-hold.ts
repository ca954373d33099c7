import type { Command } from 'commander';
import { campaignPath } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { heldLines } from '../render/changed.ts';
import type { ResumeOptions } from './halt.ts';
import { changedAnswer } from '../../http/schemas/campaigns.ts';
import { requiredReason } from './reason-option.ts';

interface ServerOption {
  readonly server: readonly string[];
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `hold` and `release`: a pause for single logon servers of a campaign. */
export function addHoldCommands(campaign: Command): void {
  campaign
    .command('hold <campaign>')
    .description(
      'start nothing new on the clients of a logon server in a campaign, within a second, until "servpack campaign release"; work in progress is completed, and other logon servers go on',
    )
    .requiredOption('--server <name>', 'the logon server; repeat for more', collect)
    .addOption(requiredReason('why; shown in the status'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign hold sms-sp4 --server LS-PUN --reason "payroll runs in Pune until Friday"',
    )
    .action(
      async (
        name: string,
        { server: logonServers, reason }: ServerOption & { reason: string },
        command: Command,
      ) => {
        await withApi(command, async (api) =>
          outputOf(
            await api.post(changedAnswer, campaignPath(name, '/hold'), { logonServers, reason }),
            heldLines,
          ),
        );
      },
    );

  campaign
    .command('release <campaign>')
    .alias('unhold')
    .description('end the hold on a logon server of a campaign; a paused campaign stays paused')
    .requiredOption('--server <name>', 'the logon server; repeat for more', collect)
    .option('--override', 'also if another person has held it')
    .option('--reason <text>', 'why; kept in the audit')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign release sms-sp4 --server LS-PUN --reason "payroll is done"',
    )
    .action(
      async (
        name: string,
        { server: logonServers, ...options }: ServerOption & ResumeOptions,
        command: Command,
      ) => {
        await withApi(command, async (api) =>
          outputOf(
            await api.post(changedAnswer, campaignPath(name, '/release'), { logonServers, ...options }),
            heldLines,
          ),
        );
      },
    );
}
