import { ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import { acceptQuestion, type Agreed, failuresIn, whenMissed } from '../../views/questions/resume.ts';
import { type ApiClient, campaignPath } from './api-client.ts';
import { confirm, type Terminal } from './confirm.ts';
import { askForStart } from './start-question.ts';

/**
 * Shows what a person accepts who resumes a campaign that a gate has paused, and asks for the
 * number of failures. Where the moment to start has passed during the pause, asks for the number of
 * clients that the resume starts with. Any other pause is ended without a question.
 */
export async function confirmResume(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<Agreed, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const { paused } = status.value;
  if (paused !== null && paused.missed !== null) {
    const words = { when: whenMissed(status.value), verb: 'start it now' };
    const agreed = await askForStart(api, status.value, words, terminal);
    return agreed.ok ? ok({ startNow: true }) : agreed;
  }
  if (paused?.byGate !== true) return ok({});
  const confirmed = await confirm({ ...acceptQuestion(status.value), at: api.named }, false, terminal);
  return confirmed.ok ? ok({ acceptFailures: failuresIn(status.value) }) : confirmed;
}
