import type { Forecast } from '../../views/survey-forecast.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import { forecastAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { campaignPath } from './campaign-path.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { forecastLines, relocationsInWords } from '../render/forecast-text.ts';
import { notStagedInAll } from '../render/status-text.ts';
import { many, number } from '../render/view.ts';

/** Says what will happen, and asks for the number of clients. One that can not be started is asked nothing: its start says why. */
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
