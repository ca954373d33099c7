import { err, ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import { forecastAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { Forecast } from '../../views/survey-forecast.ts';
import { forecastLines, relocationWords } from '../render/forecast.ts';
import { notStagedInAll } from '../render/status.ts';
import { many, number } from '../render/view.ts';
import { type ApiClient, campaignPath } from './api-client.ts';
import { confirm, type Terminal } from './confirm.ts';

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
  const { startsAt, at } = status.value;
  const when =
    startsAt === null
      ? ''
      : startsAt > at
        ? `, not before ${startsAt}`
        : `, at once: its start time ${startsAt} has passed`;
  return askForStart(api, status.value, { when, verb: 'start' }, terminal);
}

/**
 * Shows what a start would do to how many clients, and asks for their number.
 * @param when the end of the first line; it begins with a comma, or is empty
 */
export async function askForStart(
  api: ApiClient,
  status: CampaignStatus,
  { when, verb }: { readonly when: string; readonly verb: string },
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const forecast = await api.get(forecastAnswer, campaignPath(status.campaign, '/forecast'));
  if (!forecast.ok) return err(forecast.error);
  const lines = questionLines(status, forecast.value, when);
  return confirm({ lines, at: api.named, answer: number(status.size), verb }, false, terminal);
}

function questionLines(status: CampaignStatus, forecast: Forecast, when: string): readonly string[] {
  const { campaign, release, size, waves, notStaged, holds } = status;
  const servers = notStaged.length === 0 ? '' : `, ${many(notStaged.length, 'logon server')} not staged`;
  return [
    `Campaign ${campaign}: release ${release}, ${many(waves.length, 'wave')}${when}`,
    `${many(size, 'client')}, ${relocationWords(forecast)}${servers}`,
    ...forecastLines(forecast, release),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
    ...holds.map(({ logonServer, by, because }) => `${logonServer} stays held by ${by}: ${because}`),
    ...willStart(waves),
  ];
}

/** What a start does first, what it does not do, and that there is no way back. */
function willStart([first, ...later]: CampaignStatus['waves']): readonly string[] {
  if (first === undefined) return [];
  const others = later.reduce((sum, { size }) => sum + size, 0);
  return [
    `Will happen: wave ${first.wave} begins with ${many(first.size, 'client')}, as many at once as the budgets allow.`,
    later.length === 0
      ? 'Will not happen: servers among them are looked at, never changed.'
      : `Will not happen: ${many(others, 'client')} in ${many(later.length, 'later wave')} ${others === 1 ? 'does' : 'do'} not begin before the gate of the wave before opens.`,
    'Undo: none. A pause stops new work within a second; an upgraded client stays upgraded.',
  ];
}
