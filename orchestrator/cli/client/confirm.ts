import { createInterface, type Interface } from 'node:readline/promises';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { safe } from '../render/view.ts';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export interface Question {
  /** What will happen, line by line. */
  readonly lines: readonly string[];
  /** What has to be typed; commas and spaces around it do not matter. */
  readonly answer: string;
  /** What it does, for the question: `start`. */
  readonly verb: string;
  /** Said beside the refusal of a wrong answer. */
  readonly instead?: string;
}

/** On stderr, for stdout may be read by a program. */
const ownTerminal: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks a person to type what they are about to do, so that it is not done by mistake. `--yes`
 * stands for the answer. Without a terminal and without `--yes` it is refused.
 */
export async function confirm(
  { lines, answer, verb, instead = '' }: Question,
  isYes: boolean,
  { input, output }: Terminal = ownTerminal,
): Promise<Result<void, Refusal>> {
  if (isYes) return ok(undefined);
  if (input.isTTY !== true || output.isTTY !== true)
    return err(
      fault(
        'input.confirm',
        `there is no terminal to ask on; say --yes if you mean to ${verb}; nothing was changed`,
      ),
    );
  output.write(`${lines.map(safe).join('\n')}\n`);
  const reader = createInterface({ input, output });
  const typed = await typedAt(reader, `type ${safe(answer)} to ${verb}: `);
  // Ctrl-C and Ctrl-D leave the cursor behind the question.
  if (typed === null) output.write('\n');
  if (typed !== null && plain(typed) === plain(answer)) return ok(undefined);
  const why = typed === null ? '' : `that is not ${answer}: `;
  return err(fault('confirm.no', `${why}nothing was changed${instead === '' ? '' : `; ${instead}`}`));
}

/** Null when the person closed the question. */
async function typedAt(reader: Interface, question: string): Promise<string | null> {
  const closed = new Promise<null>((resolve) => reader.once('close', () => resolve(null)));
  const typed = await Promise.race([reader.question(question), closed]);
  reader.close();
  return typed;
}

const plain = (text: string): string => text.trim().replaceAll(/(?<=\d),(?=\d)/g, '');
