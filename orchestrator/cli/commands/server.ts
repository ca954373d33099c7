import type { Command } from 'commander';
import { err, fault, type Result } from '../../../shared/errors.ts';
import { serverLimitsAnswer } from '../../http/schemas/server-limits.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { type CommandOutput, outputOf, withApi } from '../client/session.ts';
import { serverLimitLines } from '../render/server-limits.ts';
import { requiredReason } from './reason-option.ts';

interface Options {
  readonly everywhere?: boolean;
  readonly active?: string;
  readonly reason: string;
}

export function addServerCommands(program: Command): void {
  const server = program
    .command('server')
    .description('logon servers, over all campaigns')
    .addHelpText('after', '\nExample:\n  servpack server limit list');
  const limit = server
    .command('limit')
    .description(
      'how many clients of a logon server are at work in all campaigns together; campaigns share them by their priority',
    )
    .addHelpText('after', '\nExample:\n  servpack server limit set LS-PUN --active 10 --reason "slow line"');

  limit
    .command('set [logonServer]')
    .description('set or change a limit; clients beyond it go on, and no further one begins')
    .requiredOption('--active <count>', 'how many clients at the same time')
    .addOption(requiredReason('why; kept in the audit'))
    .option('--everywhere', 'every logon server without a limit of its own')
    .addHelpText('after', '\nExample:\n  servpack server limit set LS-PUN --active 10 --reason "slow line"')
    .action(change);

  limit
    .command('clear [logonServer]')
    .description('take a limit back')
    .addOption(requiredReason('why; kept in the audit'))
    .option('--everywhere', 'the limit for every logon server without one of its own')
    .addHelpText('after', '\nExample:\n  servpack server limit clear LS-PUN --reason "new line"')
    .action(change);

  limit
    .command('list')
    .description('every limit, who has set it and why, and how many slots are in use')
    .addHelpText('after', '\nExample:\n  servpack server limit list')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(serverLimitsAnswer, '/v1/server-limits'), serverLimitLines),
      );
    });
}

async function change(name: string | undefined, options: Options, command: Command): Promise<void> {
  await withApi(command, async (api) => send(api, name, options));
}

async function send(
  api: ApiClient,
  name: string | undefined,
  { everywhere = false, active, reason }: Options,
): Promise<Result<CommandOutput, Refusal>> {
  if ((name === undefined) !== everywhere)
    return err(fault('input.usage', 'name one logon server, or say --everywhere'));
  if (active !== undefined && !/^[1-9]\d{0,6}$/.test(active))
    return err(fault('input.usage', `--active is ${active}, expected a whole number from 1 on`));
  const body = { logonServer: name ?? null, active: active === undefined ? null : Number(active), reason };
  return outputOf(await api.post(serverLimitsAnswer, '/v1/server-limits', body), serverLimitLines);
}
