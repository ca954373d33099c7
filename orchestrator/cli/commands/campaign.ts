import type { Command } from 'commander';
import { campaignPath } from '../client/api-client.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { outputOf, withApi } from '../client/session.ts';
import { addAbortCommand } from './campaign-abort.ts';
import { addApprovalCommands } from './campaign-approvals.ts';
import { addControlCommands } from './campaign-control.ts';
import { addEditCommands } from './campaign-edit.ts';
import { addForecastCommand } from './campaign-forecast.ts';
import { addHookCommands } from './campaign-hooks.ts';
import { addHoldCommands } from './campaign-hold.ts';
import { addListCommand, listCampaigns } from './campaign-list.ts';
import { addProveCommand } from './campaign-prove.ts';
import { addRemoveCommands } from './campaign-remove.ts';
import { addReplayCommand } from './campaign-replay.ts';
import { addRetryCommands } from './campaign-retry.ts';
import { addReportCommand } from './campaign-report.ts';
import { addRollbackCommand } from './campaign-rollback.ts';
import { addScheduleCommands } from './campaign-schedule.ts';
import { addSimulateCommand } from './campaign-simulate.ts';
import { addUndoCommand } from './campaign-undo.ts';
import { addWatchCommand } from './campaign-watch.ts';
import { createdLines, planLines } from '../render/plan.ts';
import { statusLines } from '../render/status.ts';
import { planAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';

export function addCampaignCommands(program: Command): void {
  const campaign = program
    .command('campaign')
    .description('plan, run and follow campaigns: one release for the selected clients, wave by wave')
    .addHelpText('after', '\nExample:\n  servpack campaign plan examples/campaign.yaml');
  addFileCommands(campaign);
  addSimulateCommand(campaign);
  addProveCommand(campaign);
  addControlCommands(campaign);
  addHoldCommands(campaign);
  addHookCommands(campaign);
  addApprovalCommands(campaign);
  addScheduleCommands(campaign);
  addEditCommands(campaign);
  addAbortCommand(campaign);
  addReadingCommands(campaign);
  addReportCommand(campaign);
  addForecastCommand(campaign);
  addReplayCommand(campaign);
  addListCommand(campaign);
  addRetryCommands(campaign);
  addUndoCommand(campaign);
  addRollbackCommand(campaign);
  addRemoveCommands(campaign);
  addWatchCommand(campaign);
}

function addFileCommands(campaign: Command): void {
  campaign
    .command('plan <file>')
    .description('show what a campaign file would do; changes nothing')
    .addHelpText('after', '\nExample:\n  servpack campaign plan examples/campaign.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readCampaignOf(file);
        return input.ok
          ? outputOf(await api.post(planAnswer, '/v1/campaigns/plan', input.value), planLines)
          : input;
      });
    });

  campaign
    .command('create <file>')
    .description('create the campaign of a campaign file; starts nothing')
    .addHelpText('after', '\nExample:\n  servpack campaign create examples/campaign.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readCampaignOf(file);
        if (!input.ok) return input;
        return outputOf(await api.post(planAnswer, '/v1/campaigns', input.value), createdLines);
      });
    });
}

function addReadingCommands(campaign: Command): void {
  campaign
    .command('status [campaign]')
    .description('show the status of a campaign, or one line for each campaign')
    .addHelpText('after', '\nExample:\n  servpack campaign status sms-sp4')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        name === undefined
          ? listCampaigns(api)
          : outputOf(await api.get(statusAnswer, campaignPath(name)), statusLines),
      );
    });
}
