import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';

/** Says who would still install, and asks for their number; null = no client is marked. */
export function unmarkQuestion({ campaign, stillMarked, release }: CampaignStatus): Question | null {
  if (stillMarked === 0) return null;
  const lines = [
    `${many(stillMarked, 'finished client')} of campaign ${campaign} ${stillMarked === 1 ? 'is' : 'are'} still marked: each installs ${release} at its next logon.`,
    `Will happen: the mark of ${many(stillMarked, 'client')} is taken back, if the client can be reached.`,
    'Will not happen: how each client ended, and why, stays in the report. A client that has installed meanwhile stays upgraded.',
    'Undo: none. Only a new attempt marks a client again.',
  ];
  return { lines, answer: number(stillMarked), verb: 'take the marks back' };
}
