import { err, ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import { forecastAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import { startQuestion, whenOfStart } from '../../views/questions/start.ts';
import type { CampaignStatus } from '../../views/status.ts';
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
  return askForStart(api, status.value, { when: whenOfStart(status.value), verb: 'start' }, terminal);
}

/**
 * Shows what a start would do to how many clients, and asks for their number.
 * @param when the end of the first line; it begins with a comma, or is empty
 */
export async function askForStart(
  api: ApiClient,
  status: CampaignStatus,
  words: { readonly when: string; readonly verb: string },
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const forecast = await api.get(forecastAnswer, campaignPath(status.campaign, '/forecast'));
  if (!forecast.ok) return err(forecast.error);
  return confirm({ ...startQuestion(status, forecast.value, words), at: api.named }, false, terminal);
}
