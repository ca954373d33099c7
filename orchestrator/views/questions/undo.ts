import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Question } from './question.ts';

/**
 * Says what goes back, and asks for the number; null = no service is relocated. A client counts as
 * `done` or as `undone`, never as both.
 */
export function undoQuestion({
  campaign,
  relocations: { done: left },
}: Pick<CampaignStatus, 'campaign' | 'relocations'>): Question | null {
  if (left === 0) return null;
  const lines = [
    `${many(left, 'service')} of campaign ${campaign} ${left === 1 ? 'was' : 'were'} relocated, and not moved back.`,
    'Will happen: each goes back to its path, under the budgets of the campaign, if the client can be reached.',
    'Will not happen: the files of the release stay, and how each client ended stays in the report.',
  ];
  return { lines, answer: number(left), verb: 'move them back' };
}
