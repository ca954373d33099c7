import type { Command } from 'commander';
import { scheduleAnswer, schedulesAnswer } from '../../http/schemas/schedules.ts';
import { type ApiClient, segment } from '../client/api-client.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { outputOf, withApi } from '../client/session.ts';
import { scheduleLines, scheduleListLines } from '../render/schedule.ts';
import { safe } from '../render/view.ts';
import { allPages } from '../client/all-pages.ts';
import { requiredReason } from './reason-option.ts';

const schedulePath = (name: string, what = ''): string => `/v1/schedules/${segment(name)}${what}`;

/** Campaigns that recur: each occurrence is a campaign of its own. */
export function addScheduleCommands(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('create, show, pause and run schedules: campaign files that recur')
    .addHelpText('after', '\nExample:\n  servpack schedule list');

  schedule
    .command('create <file>')
    .description('keep a campaign file with a schedule: each occurrence becomes a campaign and is started')
    .addHelpText('after', '\nExample:\n  servpack schedule create monthly.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readCampaignOf(file);
        if (!input.ok) return input;
        return outputOf(await api.post(scheduleAnswer, '/v1/schedules', input.value), scheduleLines);
      });
    });

  schedule
    .command('list')
    .description('list the schedules with the next occurrence of each')
    .addHelpText('after', '\nExample:\n  servpack schedule list')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await allPages(api, schedulesAnswer, '/v1/schedules', 'schedules'), scheduleListLines),
      );
    });

  schedule
    .command('show <schedule>')
    .description('show the next three occurrences of a schedule, and what became of the last ones')
    .addHelpText('after', '\nExample:\n  servpack schedule show monthly')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(scheduleAnswer, schedulePath(name)), scheduleLines),
      );
    });
  addChanges(schedule);
}

function addChanges(schedule: Command): void {
  const change = async (api: ApiClient, name: string, what: string, body?: unknown) =>
    outputOf(await api.post(scheduleAnswer, schedulePath(name, what), body), scheduleLines);

  schedule
    .command('pause <schedule>')
    .description('let no occurrence begin until the schedule is resumed; campaigns that run go on')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText('after', '\nExample:\n  servpack schedule pause monthly --reason "year end"')
    .action(async (name: string, body: { reason: string }, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/pause', body));
    });

  schedule
    .command('resume <schedule>')
    .description('end a pause; occurrences of the pause are not made up for')
    .addHelpText('after', '\nExample:\n  servpack schedule resume monthly')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/resume'));
    });

  schedule
    .command('run <schedule>')
    .description('create and start an occurrence at once, besides those of the schedule')
    .addHelpText('after', '\nExample:\n  servpack schedule run monthly')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/run'));
    });

  schedule
    .command('delete <schedule>')
    .description('forget a schedule; its campaigns stay')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText('after', '\nExample:\n  servpack schedule delete monthly --reason "done"')
    .action(async (name: string, body: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(scheduleAnswer, schedulePath(name, '/delete'), body), (_view, gone) => [
          safe(`Schedule ${gone.schedule} is deleted; its campaigns stay`),
        ]),
      );
    });
}
