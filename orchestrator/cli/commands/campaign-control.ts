import type { Command } from 'commander';
import type { z } from 'zod';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { outputOf, withApi } from '../client/session.ts';
import type { ResumeOptions } from './halt.ts';
import { forecastLines, relocationWords } from '../render/forecast.ts';
import { haltedLine, notStagedInAll } from '../render/status.ts';
import { many, number, safe, type View } from '../render/view.ts';
import { changedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import { forecastAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { Forecast } from '../../views/survey-forecast.ts';
import { ok, type Result } from '../../../shared/errors.ts';

/** `start`, `pause` and `resume`. */
export function addControlCommands(campaign: Command): void {
  const change = async (api: ApiClient, name: string, what: string, body?: unknown) =>
    outputOf(await api.post(changedAnswer, campaignPath(name, what), body), changedLines);

  campaign
    .command('start <campaign>')
    .description(
      'start a campaign: now, or at the time (startAt) or when the release is staged (on: staged), as its file says. Asks you to type the number of clients',
    )
    .addHelpText('after', '\nExample:\n  servpack campaign start sms-sp4')
    .option('--yes', 'do not ask')
    .action(async (name: string, { yes = false }: { yes?: boolean }, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmStart(api, name);
        return confirmed !== null && !confirmed.ok ? confirmed : change(api, name, '/start');
      });
    });

  campaign
    .command('pause <campaign>')
    .description(
      'start nothing new on any client of a campaign, within a second; work in progress is completed',
    )
    .requiredOption('--reason <text>', 'why; shown in the status')
    .addHelpText('after', '\nExample:\n  servpack campaign pause sms-sp4 --reason "help desk is flooded"')
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/pause', { reason }));
    });

  campaign
    .command('resume <campaign>')
    .description(
      'resume a paused campaign. If a gate has paused it you accept the failures so far: shows them, and asks you to type their number',
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
          const accepted = yes ? ok({}) : await confirmResume(api, name);
          return accepted.ok ? change(api, name, '/resume', { ...options, ...accepted.value }) : accepted;
        });
      },
    );
}

/**
 * Shows what a person accepts who resumes a campaign that a gate has paused, and asks for the
 * number of failures. Any other pause is ended without a question.
 */
export async function confirmResume(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<{ readonly acceptFailures?: number }, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const { paused, states } = status.value;
  if (paused?.byGate !== true) return ok({});
  const failures = states.failed + states.needsAttention;
  const answer = number(failures);
  const confirmed = await confirm(
    {
      lines: acceptanceLines(status.value),
      at: api.named,
      answer,
      verb: `accept ${failures === 1 ? 'it' : 'them'} and resume`,
    },
    false,
    terminal,
  );
  return confirmed.ok ? ok({ acceptFailures: failures }) : confirmed;
}

function acceptanceLines({ campaign, paused, states, causes, waves }: CampaignStatus): readonly string[] {
  const next = waves.find(({ isOpen }) => !isOpen);
  return [
    `The gate has paused campaign ${campaign}: ${paused?.because ?? ''}`,
    `You accept ${number(states.failed)} failed and ${number(states.needsAttention)} that ${states.needsAttention === 1 ? 'needs' : 'need'} attention:`,
    ...causes.map(({ cause, count }) => `  ${number(count)}x ${cause}`),
    next === undefined
      ? 'Every wave is open: the clients that wait are updated.'
      : `Wave ${next.wave} can open next, with ${many(next.size, 'client')}.`,
  ];
}

const changeWord: Partial<Record<string, string>> = {
  waitingForRelease: 'waits for its release',
  scheduled: 'waits for its start time',
};

/** How a campaign stands after `start`, `pause` or `resume`. */
function changedLines(view: View, changed: z.infer<typeof changedAnswer>): readonly string[] {
  const { campaign, status, because, halted } = changed;
  const word = changeWord[status] ?? `is ${status}`;
  return [
    ...haltedLine(view, halted),
    safe(`Campaign ${campaign} ${word}: ${because}`),
    ...(halted !== null
      ? ['Nothing starts in it until you run: servpack unhalt']
      : status === 'running'
        ? [safe(`Follow: servpack campaign watch ${campaign}`)]
        : []),
  ];
}

/**
 * Says what will happen, and asks for the number of clients. A campaign that cannot be started
 * gets no question: the answer of the start says why.
 */
export async function confirmStart(
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
  return confirm({ at: api.named, lines, answer: number(status.value.size), verb: 'start' }, false, terminal);
}

function questionLines(status: CampaignStatus, forecast: Forecast): readonly string[] {
  const { campaign, release, size, waves, startsAt, notStaged } = status;
  const notBefore = startsAt === null ? '' : `, not before ${startsAt}`;
  const servers = notStaged.length === 0 ? '' : `, ${many(notStaged.length, 'logon server')} not staged`;
  return [
    `Campaign ${campaign}: release ${release}, ${many(waves.length, 'wave')}${notBefore}`,
    `${many(size, 'client')}, ${relocationWords(forecast)}${servers}`,
    ...forecastLines(forecast),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
  ];
}
