import type { Command } from 'commander';
import { changedAnswer } from '../../http/schemas/campaigns.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { changedLines } from '../render/changed.ts';
import { safe } from '../render/view.ts';
import { requiredReason } from './reason-option.ts';

/** The way back from a change of this campaign's start. */
type Undo = (campaign: string) => readonly string[];

/** Possible also while the start is paused. */
const anotherTime: Undo = (campaign) => [
  safe(`Undo: servpack campaign postpone ${campaign} --to TIME --reason TEXT`),
];
const startAgain: Undo = (campaign) => [safe(`Undo: servpack campaign start ${campaign}`)];

/** `postpone` and `unschedule`: a campaign that was started and has not begun. */
export function addScheduleCommands(campaign: Command): void {
  const change = async (api: ApiClient, name: string, what: string, body: unknown, undo: Undo) =>
    outputOf(await api.post(changedAnswer, campaignPath(name, what), body), (view, changed) =>
      changedLines(view, changed, null, undo(changed.campaign)),
    );

  campaign
    .command('postpone <campaign>')
    .description('give a campaign that waits for its time or its release another start time')
    .requiredOption('--to <time>', 'the new start time, with its zone: "2026-11-24 22:00 Europe/Rome"')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign postpone sms-sp4 --to "2026-11-24 22:00 Europe/Rome" --reason "payroll runs"',
    )
    .action(async (name: string, body: { to: string; reason: string }, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/postpone', body, anotherTime));
    });

  campaign
    .command('unschedule <campaign>')
    .description(
      'take back the start of a campaign that waits for its time or its release; "servpack campaign start" starts the campaign again',
    )
    .option('--override', 'also if another person has paused its start')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign unschedule sms-sp4 --reason "the change board said no"',
    )
    .action(async (name: string, body: { reason: string; override?: boolean }, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/unschedule', body, startAgain));
    });
}
