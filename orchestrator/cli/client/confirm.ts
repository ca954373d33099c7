import { createInterface, type Interface } from 'node:readline/promises';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { isAnswer, type Question } from '../../views/questions/question.ts';
import { localTimes } from '../render/local-times.ts';
import { safe, viewOf } from '../render/view.ts';
import { textOf } from '../render/wrap.ts';

/** The streams on which a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export interface Confirmation extends Question {
  /** Which orchestrator it happens at, where several are known: `Context lab: http://…`. */
  readonly at?: string | null;
}

/** The question goes to stderr, because a program may read stdout. */
const ownTerminal: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks a person to type the name or the size of what the command is about to change, so that it
 * is not changed by mistake. `--yes` replaces the answer. Without a terminal and without `--yes`
 * the command is refused.
 */
export async function confirm(
  { lines, answer, verb, alternative = '', at = null }: Confirmation,
  isYes: boolean,
  { input, output }: Terminal = ownTerminal,
): Promise<Result<void, Refusal>> {
  if (isYes) return ok(undefined);
  if (input.isTTY !== true || output.isTTY !== true)
    return err(
      fault(
        'input.confirm',
        `nothing was changed: there is no terminal to ask for confirmation; add --yes to ${verb}`,
      ),
    );
  const times = localTimes();
  const shown = times.in(at === null ? lines : [at, ...lines]);
  output.write(textOf(viewOf(output), [...shown, ...times.zoneLines()].map(safe)));
  const reader = createInterface({ input, output });
  const typed = await typedAt(reader, `type ${safe(answer)} to ${verb}: `);
  // Ctrl-C and Ctrl-D leave the cursor behind the question.
  if (typed === null) output.write('\n');
  if (typed !== null && isAnswer(typed, { answer })) return ok(undefined);
  const why = typed === null ? '' : `: the answer was not ${answer}`;
  const hint = alternative === '' ? '' : `; ${alternative}`;
  return err(fault('confirm.no', `nothing was changed${why}${hint}`));
}

/** Returns what was typed, or null when the person closed the question. */
async function typedAt(reader: Interface, question: string): Promise<string | null> {
  const closed = new Promise<null>((resolve) => reader.once('close', () => resolve(null)));
  const typed = await Promise.race([reader.question(question), closed]);
  reader.close();
  return typed;
}
