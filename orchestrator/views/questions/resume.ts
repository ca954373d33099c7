import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';
import { notOk } from '../../../shared/domain/outcome/states.ts';

/** What a person has agreed to before a resume. */
export interface Agreed {
  readonly acceptFailures?: number;
  readonly startNow?: true;
}

/** The end of the first line of the question, where the moment to start has passed in a pause. */
export const whenMissed = ({ paused }: CampaignStatus): string =>
  paused === null || paused.missed === null
    ? ''
    : `, starts now: ${paused.missed} while ${paused.by} had paused it (${paused.because})`;

/** The failures so far, which a person accepts who resumes a campaign that a gate has paused. */
export const failuresIn = ({ states }: CampaignStatus): number => notOk(states);

/** Shows what a person accepts who resumes a campaign that a gate has paused. */
export function acceptQuestion(status: CampaignStatus): Question {
  const failures = failuresIn(status);
  return {
    lines: acceptanceLines(status),
    answer: number(failures),
    verb: `accept ${failures === 1 ? 'it' : 'them'} and resume`,
  };
}

function acceptanceLines({
  campaign,
  paused,
  states,
  health,
  causes,
  waves,
}: CampaignStatus): readonly string[] {
  const next = waves.find(({ isOpen }) => !isOpen);
  return [
    `The gate has paused campaign ${campaign}: ${paused?.because ?? ''}`,
    `You accept ${number(states.failed)} failed and ${number(states.needsAttention)} that ${states.needsAttention === 1 ? 'needs' : 'need'} attention:`,
    ...causes.map(({ cause, count }) => `  ${number(count)}x ${cause}`),
    ...(health === undefined || health.unhealthy === 0
      ? []
      : [
          `You also accept ${many(health.unhealthy, 'upgraded client')} that ${health.unhealthy === 1 ? 'is' : 'are'} unhealthy.`,
        ]),
    next === undefined
      ? 'Will happen: every wave is open, and its clients go on.'
      : `Will happen: wave ${next.wave} can open next, with ${many(next.size, 'client')}.`,
    'Will not happen: the clients that failed are not tried again. Later failures count again.',
    'Undo: pause the campaign again. A failure that was accepted stays accepted.',
  ];
}
