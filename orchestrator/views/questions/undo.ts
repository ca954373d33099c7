import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';

/** Says what goes back, and asks for the number; null = nothing was relocated. */
export function undoQuestion({ campaign, relocations: { done, undone } }: CampaignStatus): Question | null {
  const left = Math.max(0, done - undone);
  if (left === 0) return null;
  const lines = [
    `${many(left, 'service')} of campaign ${campaign} ${left === 1 ? 'was' : 'were'} relocated, and not moved back.`,
    'Will happen: each goes back to its path, under the budgets of the campaign, if the client can be reached.',
    'Will not happen: the files of the release stay, and how each client ended stays in the report.',
  ];
  return { lines, answer: number(left), verb: 'move them back' };
}
