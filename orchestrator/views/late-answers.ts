import { type Campaign, unanswered } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { answerWords } from '../../shared/domain/rules/approval-rules.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { subjectWords } from '../domain/judge-approvals.ts';
import { openQuestions } from './approval-words.ts';

/**
 * A campaign that an unanswered question has paused, with what was answered since then as a part of
 * its reason: the pause stays until a person resumes the campaign.
 */
export function withLateAnswers(campaign: Campaign, counters: Counters): Campaign {
  const { state } = campaign;
  if (state.status !== 'paused' || state.by !== unanswered) return campaign;
  const answers = requestsOf(campaign).flatMap(({ subject, answer }) =>
    answer !== undefined && answer.by !== null && answer.at >= state.pausedAt
      ? [`${subjectWords(subject)} ${answerWords(answer)}`]
      : [],
  );
  const isNoneOpen = openQuestions(campaign, counters).length === 0;
  const since = [...answers, ...(isNoneOpen ? ['no question is open any more'] : [])];
  if (since.length === 0) return campaign;
  return { ...campaign, state: { ...state, because: `${state.because}; since then: ${since.join('; ')}` } };
}
