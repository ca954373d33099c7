import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type EditCounts, editSentences } from './edit-words.ts';
import { abortQuestion } from './questions/abort.ts';
import { undoQuestion } from './questions/undo.ts';
import { unmarkQuestion } from './questions/unmark.ts';
import type { CampaignStatus } from './status.ts';

/** What a person is shown who approves a command: what it does, in numbers. */

const questions = { abort: abortQuestion, undo: undoQuestion, unmark: unmarkQuestion } as const;

/** The lines of the question of the command; none = it would change nothing. */
export const campaignEffect = (command: keyof typeof questions, status: CampaignStatus): readonly string[] =>
  questions[command](status)?.lines ?? [];

export const clientUndoEffect = (client: string, campaign: string): readonly string[] => [
  `The service of client ${client} goes back to its path, under the budgets of campaign ${campaign}.`,
];

export const withdrawEffect = (release: string, waiting: readonly string[]): readonly string[] => [
  `Release ${release} is withdrawn: no campaign starts with it until it is staged again.`,
  ...(waiting.length === 0 ? [] : [`Campaigns that wait for it: ${waiting.join(', ')}.`]),
];

export const editEffect = (campaign: string, edit: EditCounts): readonly string[] => [
  `Campaign ${campaign} is changed:`,
  ...editSentences(edit),
  ...(edit.cancels === undefined ? [] : [`It counts as an abort: ${edit.cancels}.`]),
];

/** Of when the numbers are comes next; who asks, and the reason that a person typed, come last. */
export const withAsker = (
  lines: readonly string[],
  { by, at, reason }: { readonly by: string; readonly at: number; readonly reason: string },
): readonly string[] => [
  ...lines,
  `So it was when it was asked for, ${isoOf(at)}.`,
  `Asked by ${by}: ${reason}`,
];
