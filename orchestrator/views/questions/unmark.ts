import { many, number } from '../numbers.ts';
import { marksLaterWords, marksOf } from '../marks.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';

/** Says how many would still install, and asks for that number; null = no client is marked. */
export function unmarkQuestion(status: CampaignStatus): Question | null {
  const { campaign, stillMarked, release } = status;
  if (stillMarked === 0) return null;
  const later = marksOf(status)?.later ?? 0;
  const lines = [
    `${many(stillMarked, 'finished client')} of campaign ${campaign} ${stillMarked === 1 ? 'is' : 'are'} still marked: each installs ${release} at its next logon.`,
    ...(later === 0 ? [] : [marksLaterWords(later)]),
    `Will happen: the mark of ${many(stillMarked, 'client')} is taken back, if the client can be reached.`,
    'Will not happen: how each client ended, and why, stays in the report. A client that has installed meanwhile stays upgraded.',
    'Undo: none. Only a new attempt marks a client again.',
  ];
  return { lines, answer: number(stillMarked), verb: 'take the marks back' };
}
