import type { Command } from 'commander';
import { noticeLogAnswer, notifyTestAnswer, redeliveryAnswer } from '../../http/schemas/notify.ts';
import { segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { exitCodes } from '../exit-codes.ts';
import { noticeLogLines, redeliveryLines, testLines } from '../render/notify.ts';

/** Messages about campaigns. */
export function addNotifyCommands(program: Command): void {
  const notify = program
    .command('notify')
    .description('try out the destinations of messages, show what became of messages, deliver one once more')
    .addHelpText('after', '\nExample:\n  servpack notify test ops');

  notify
    .command('test [destination]')
    .description('send a test message to a destination, or to all; enables one that was disabled')
    .addHelpText(
      'after',
      '\nExit code 1: a destination has not taken the message.\n\nExample:\n  servpack notify test ops',
    )
    .action(async (destination: string | undefined, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const tested = await api.post(notifyTestAnswer, '/v1/notify/test', { destination });
        if (tested.ok && tested.value.results.some(({ isDelivered }) => !isDelivered))
          process.exitCode = exitCodes.refused.code;
        return outputOf(tested, testLines);
      });
    });

  notify
    .command('log')
    .description('show which messages wait for which destination, and what became of the newest ones')
    .addHelpText('after', '\nExample:\n  servpack notify log')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(noticeLogAnswer, '/v1/notify/log'), noticeLogLines),
      );
    });

  notify
    .command('redeliver <message> [destination]')
    .description('deliver a message once more, to a destination or to those that it went to')
    .addHelpText('after', '\nExample:\n  servpack notify redeliver msg_5f0c2b1e9d ops')
    .action(async (message: string, destination: string | undefined, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const path = `/v1/notify/messages/${segment(message)}/redeliver`;
        return outputOf(await api.post(redeliveryAnswer, path, { destination }), redeliveryLines);
      });
    });
}
