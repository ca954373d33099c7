import { ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import type { Question } from '../../views/questions/question.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { type ApiClient, campaignPath } from './api-client.ts';
import { confirm, type Terminal } from './confirm.ts';

/**
 * Reads the status of a campaign, and asks the question that follows from it.
 * @param questionOf the question; null = none is needed, because the request changes nothing or its
 *   answer says why it is refused
 */
export async function confirmAbout(
  api: ApiClient,
  name: string,
  questionOf: (status: CampaignStatus) => Question | null,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const question = questionOf(status.value);
  return question === null ? ok(undefined) : confirm({ ...question, at: api.named }, false, terminal);
}
