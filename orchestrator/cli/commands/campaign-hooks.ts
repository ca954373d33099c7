import { Argument, type Command } from 'commander';
import { hooksAnswer } from '../../http/schemas/hooks.ts';
import { campaignPath, segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { hooksLines } from '../render/hooks.ts';
import { requiredReason } from './reason-option.ts';

/** `hooks` and `hook`: the commands that run before and after a campaign and its waves. */
export function addHookCommands(campaign: Command): void {
  campaign
    .command('hooks <campaign>')
    .description('list the hooks of a campaign in the order in which they run, and how each stands')
    .addHelpText('after', '\nExample:\n  servpack campaign hooks sms-sp4')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(hooksAnswer, campaignPath(name, '/hooks')), hooksLines),
      );
    });

  campaign
    .command('hook')
    .description(
      'decide on a hook that stopped its campaign or whose outcome is not known: run it again (retry), or go on without its answer (accept)',
    )
    .addArgument(new Argument('<answer>', 'retry or accept').choices(['retry', 'accept']))
    .argument('<campaign>')
    .argument('<hook>')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign hook retry sms-sp4 before-wave-early --reason "the share is there again"',
    )
    .action(
      async (
        ...[what, name, hook, { reason }, command]: [string, string, string, { reason: string }, Command]
      ) => {
        await withApi(command, async (api) => {
          const path = campaignPath(name, `/hooks/${segment(hook)}/${what}`);
          return outputOf(await api.post(hooksAnswer, path, { reason }), hooksLines);
        });
      },
    );
}
