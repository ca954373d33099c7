import { statusWord } from '../campaign-words.ts';
import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import { finishedIn, type States } from '../../../shared/domain/outcome/states.ts';
import type { Question } from './question.ts';

/** Says what an abort ends, and asks for the name; null = the campaign cannot be aborted. */
export function abortQuestion(found: CampaignStatus): Question | null {
  const { campaign, release, status, size, states } = found;
  if (status === 'aborted' || status === 'ended') return null;
  const finished = finishedIn(states);
  const alternative = insteadOfAbort(found);
  return {
    lines: [
      `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${number(finished)} of ${many(size, 'client')} finished.`,
      ...willEnd(states),
      ...(finished === 0
        ? []
        : [
            `${many(finished, 'finished client')} ${finished === 1 ? 'stays as it is' : 'stay as they are'}.`,
          ]),
      'No mark is taken back: a marked client still installs at its next logon.',
      'Undo: none. An aborted campaign cannot be resumed.',
      ...(alternative === null ? [] : [`${alternative.charAt(0).toUpperCase()}${alternative.slice(1)}`]),
    ],
    answer: campaign,
    verb: 'abort it',
    ...(alternative === null ? {} : { alternative }),
  };
}

/** What becomes of the clients that are not over, by what is open on them. */
const willEnd = ({ waiting, deferred, active, restarting, remedying }: States): readonly string[] =>
  [
    [waiting + deferred, 'waiting or deferred client', 'cancelled'] as const,
    [active, 'active client', 'cancelled after the step that runs'] as const,
    [restarting + remedying, 'client', 'cancelled after the restart or the change that has begun'] as const,
  ]
    .filter(([count]) => count > 0)
    .map(([count, which, how]) => `Will happen: ${many(count, which)} ${how}.`);

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
