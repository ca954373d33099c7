import type { Command } from 'commander';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { shown, withApi } from '../client/session.ts';
import type { ResumeOptions } from './halt.ts';
import { forecastLines, relocationsInWords } from '../render/forecast.ts';
import { haltedLine, notStagedInAll } from '../render/status.ts';
import { many, number, safe } from '../render/view.ts';
import { changedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import { forecastAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { Forecast } from '../../views/survey-forecast.ts';
import { ok, type Result } from '../../../shared/errors.ts';

const verbOf: Partial<Record<string, string>> = {
  waitingForRelease: 'waits for its release',
  scheduled: 'waits for its start time',
};

/** `start`, `pause` and `resume`. */
export function addControlCommands(campaign: Command): void {
  const ask = async (api: ApiClient, name: string, what: string, body?: unknown) =>
    shown(await api.post(changedAnswer, campaignPath(name, what), body), (view, moved) => [
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
        return asked !== null && !asked.ok ? asked : ask(api, name, '/start');
      });
    });

  campaign
    .command('pause <campaign>')
    .description('begin nothing new on any client, within a second; what was begun is finished')
    .requiredOption('--reason <text>', 'why, for everyone who reads the status')
    .addHelpText('after', '\nExample:\n  servpack campaign pause sms-sp4 --reason "help desk is flooded"')
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) => ask(api, name, '/pause', { reason }));
    });

  campaign
    .command('resume <campaign>')
    .description('resume; you accept the failures so far')
    .option('--override', 'also when another person has paused it')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', '\nExample:\n  servpack campaign resume sms-sp4 --reason "help desk is ready"')
    .action(async (name: string, options: ResumeOptions, command: Command) => {
      await withApi(command, async (api) => ask(api, name, '/resume', options));
    });
}

/**
 * Says what will happen, and asks for the number of clients. A campaign that cannot be started
 * gets no question: the start itself says why.
 */
export async function askForNumber(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  if (status.value.status !== 'created') return ok(undefined);
  const forecast = await api.get(forecastAnswer, campaignPath(name, '/forecast'));
  if (!forecast.ok) return forecast;
  const lines = questionLines(status.value, forecast.value);
  return confirm({ lines, answer: number(status.value.size), verb: 'start' }, false, terminal);
}

function questionLines(status: CampaignStatus, forecast: Forecast): readonly string[] {
  const { campaign, release, size, waves, startsAt, notStaged } = status;
  const notBefore = startsAt === null ? '' : `, not before ${startsAt}`;
  const servers = notStaged.length === 0 ? '' : `, ${many(notStaged.length, 'logon server')} not staged`;
  return [
    `campaign ${campaign}: release ${release}, ${many(waves.length, 'wave')}${notBefore}`,
    `${many(size, 'client')}, ${relocationsInWords(forecast)}${servers}`,
    ...forecastLines(forecast),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
  ];
}
