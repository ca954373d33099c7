import type { Command } from 'commander';
import { movedAnswer, planAnswer, reportAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import type { ApiClient } from '../client/api-client.ts';
import { readFileOf } from '../client/input-file.ts';
import { shown, withApi } from '../client/session.ts';
import { askForNumber } from './start-question.ts';
import { planLines } from '../render/plan-text.ts';
import { reportLines } from '../render/report-text.ts';
import { haltedLine, statusLines } from '../render/status-text.ts';
import { many, safe } from '../render/view.ts';
import { addAbortCommand } from './campaign-abort.ts';
import { listCampaigns } from './campaign-list.ts';
import type { LetGoOptions } from './halt.ts';
import { campaignPath } from './campaign-path.ts';
import { addRetryCommands } from './campaign-retry.ts';
import { addWatchCommand } from './campaign-watch.ts';

export function addCampaignCommands(program: Command): void {
  const campaign = program
    .command('campaign')
    .description('one release to selected clients, by waves, under policies')
    .addHelpText('after', '\nExample:\n  servpack campaign plan examples/campaign.yaml');
  addFileCommands(campaign);
  addMoveCommands(campaign);
  addAbortCommand(campaign);
  addReadingCommands(campaign);
  addRetryCommands(campaign);
  addWatchCommand(campaign);
}

function addFileCommands(campaign: Command): void {
  campaign
    .command('plan <file>')
    .description('say what a campaign file would do; nothing is touched')
    .addHelpText('after', '\nExample:\n  servpack campaign plan examples/campaign.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readFileOf(file);
        return input.ok
          ? shown(await api.post(planAnswer, '/v1/campaigns/plan', input.value), planLines)
          : input;
      });
    });

  campaign
    .command('create <file>')
    .description('create the campaign of a campaign file; it starts nothing')
    .addHelpText('after', '\nExample:\n  servpack campaign create examples/campaign.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readFileOf(file);
        if (!input.ok) return input;
        const created = await api.post(planAnswer, '/v1/campaigns', input.value);
        return shown(created, (_view, { campaign: name, selected, waves }) => [
          safe(`campaign ${name} is created: ${many(selected, 'client')} in ${many(waves.length, 'wave')}`),
          safe(`start it with: servpack campaign start ${name}`),
        ]);
      });
    });
}

const verbOf: Partial<Record<string, string>> = {
  waitingForRelease: 'waits for its release',
  scheduled: 'waits for its time',
};

function addMoveCommands(campaign: Command): void {
  const move = async (api: ApiClient, name: string, what: string, body?: unknown) =>
    shown(await api.post(movedAnswer, campaignPath(name, what), body), (view, moved) => [
      ...haltedLine(view, moved.halted),
      safe(`campaign ${moved.campaign} ${verbOf[moved.status] ?? `is ${moved.status}`}: ${moved.because}`),
      ...(moved.halted === null ? [] : ['Nothing begins in it before: servpack unhalt']),
    ]);

  campaign
    .command('start <campaign>')
    .description(
      'start a campaign, or let it wait for its moment (startAt) or its release (on: staged) as its file says',
    )
    .addHelpText('after', '\nExample:\n  servpack campaign start sms-sp4')
    .option('--yes', 'do not ask for the number of clients')
    .action(async (name: string, { yes = false }: { yes?: boolean }, command: Command) => {
      await withApi(command, async (api) => {
        const asked = yes ? null : await askForNumber(api, name);
        return asked !== null && !asked.ok ? asked : move(api, name, '/start');
      });
    });

  campaign
    .command('pause <campaign>')
    .description('begin nothing new on any client, within a second; what was begun is finished')
    .requiredOption('--reason <text>', 'why, for everyone who reads the status')
    .addHelpText('after', '\nExample:\n  servpack campaign pause sms-sp4 --reason "help desk is flooded"')
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) => move(api, name, '/pause', { reason }));
    });

  campaign
    .command('resume <campaign>')
    .description('go on; clients that are not ok so far count as accepted by whoever resumes')
    .option('--override', 'also when another person has paused it')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', '\nExample:\n  servpack campaign resume sms-sp4 --reason "help desk is ready"')
    .action(async (name: string, options: LetGoOptions, command: Command) => {
      await withApi(command, async (api) => move(api, name, '/resume', options));
    });
}

function addReadingCommands(campaign: Command): void {
  campaign
    .command('status [campaign]')
    .description('where a campaign stands, or all campaigns in one line each')
    .addHelpText('after', '\nExample:\n  servpack campaign status sms-sp4')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        name === undefined
          ? listCampaigns(api)
          : shown(await api.get(statusAnswer, campaignPath(name)), statusLines),
      );
    });

  campaign
    .command('report <campaign>')
    .description(
      'the status, the blockers ranked, and with --json what became of every client and on what evidence',
    )
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign report sms-sp4 --json | jq \'.clients[] | select(.end == "failed")\'',
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(reportAnswer, campaignPath(name, '/report')), reportLines),
      );
    });
}
