import { statusWord } from '../campaign-words.ts';
import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';

/** Says what an abort ends, and asks for the name; null = the campaign cannot be aborted. */
export function abortQuestion(found: CampaignStatus): Question | null {
  const { campaign, release, status, size, settled, states } = found;
  if (status === 'aborted' || status === 'ended') return null;
  const left = size - settled - states.waiting;
  const alternative = insteadOfAbort(found);
  return {
    lines: [
      `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${number(settled)} of ${many(size, 'client')} finished, ${number(left)} in progress, ${number(states.waiting)} waiting.`,
      `Will happen: ${many(states.waiting, 'waiting client')} cancelled, work in progress on ${many(left, 'client')} completed.`,
      `Will not happen: ${many(settled, 'finished client')} ${settled === 1 ? 'stays' : 'stay'} as ${settled === 1 ? 'it is' : 'they are'}. No mark is taken back: the answer counts the clients that are still marked.`,
      'Undo: none. An aborted campaign cannot be resumed.',
      ...(alternative === null ? [] : [`${alternative.charAt(0).toUpperCase()}${alternative.slice(1)}`]),
    ],
    answer: campaign,
    verb: 'abort it',
    ...(alternative === null ? {} : { alternative }),
  };
}

/** The milder way that is possible in this state; null where the campaign stands still already. */
function insteadOfAbort({ campaign, status, paused }: CampaignStatus): string | null {
  if ((status === 'scheduled' || status === 'waitingForRelease') && paused === null)
    return `to take its start back only: servpack campaign unschedule ${campaign} --reason …`;
  return status === 'running' && paused === null
    ? `to stop it for a while only: servpack campaign pause ${campaign} --reason …`
    : status === 'created'
      ? `to remove it, as it never ran: servpack campaign delete ${campaign}`
      : null;
}
