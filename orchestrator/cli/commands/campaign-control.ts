import type { Command } from 'commander';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import type { ResumeOptions } from './halt.ts';
import { changedLines, pausedLines } from '../render/changed.ts';
import { changedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import { ok } from '../../../shared/errors.ts';
import { requiredReason } from './reason-option.ts';

/** `start`, `pause` and `resume`. */
export function addControlCommands(campaign: Command): void {
  const change = async (api: ApiClient, name: string, what: string, body?: unknown) =>
    outputOf(await api.post(changedAnswer, campaignPath(name, what), body), (view, changed) =>
      changedLines(view, changed),
    );

  campaign
    .command('start <campaign>')
    .description(
      'start a campaign: now, or at the time (startAt) or when the release is staged (on: staged), as its file says. Asks you to type the number of clients',
    )
    .addHelpText('after', '\nExample:\n  servpack campaign start sms-sp4')
    .option('--yes', 'do not ask')
    .action(async (name: string, { yes = false }: { yes?: boolean }, command: Command) => {
      await withApi(command, async (api) => {
        const { confirmStart } = await import('../client/start-question.ts');
        const confirmed = yes ? null : await confirmStart(api, name);
        return confirmed !== null && !confirmed.ok ? confirmed : start(api, name);
      });
    });

  campaign
    .command('pause <campaign>')
    .description(
      'start nothing new on any client of a campaign, within a second; work in progress is completed. A campaign that waits for its time or its release does not start before it is resumed',
    )
    .addOption(requiredReason('why; shown in the status'))
    .addHelpText('after', '\nExample:\n  servpack campaign pause sms-sp4 --reason "help desk is flooded"')
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(changedAnswer, campaignPath(name, '/pause'), { reason }), pausedLines),
      );
    });

  campaign
    .command('resume <campaign>')
    .description(
      'resume a paused campaign. If a gate has paused it you accept the failures so far: shows them, and asks you to type their number. A campaign whose start time has passed during the pause starts now: asks you to type the number of clients',
    )
    .option('--override', 'also if another person has paused it')
    .option('--reason <text>', 'why; kept in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign resume sms-sp4 --reason "help desk is ready"')
    .action(
      async (
        name: string,
        { yes = false, ...options }: ResumeOptions & { yes?: boolean },
        command: Command,
      ) => {
        await withApi(command, async (api) => {
          const { confirmResume } = await import('../client/resume-question.ts');
          const accepted = yes ? ok({ startNow: true }) : await confirmResume(api, name);
          return accepted.ok ? change(api, name, '/resume', { ...options, ...accepted.value }) : accepted;
        });
      },
    );
}

async function start(api: ApiClient, name: string) {
  const started = await api.post(changedAnswer, campaignPath(name, '/start'));
  const status = started.ok ? await api.get(statusAnswer, campaignPath(name)) : null;
  const size = status?.ok === true ? status.value.size : null;
  return outputOf(started, (view, changed) => changedLines(view, changed, size));
}
