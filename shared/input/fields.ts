import { z } from 'zod';

import type { Result } from '../errors.ts';

/**
 * The few building blocks of every input schema. They share one convention: the message of an
 * issue is the *expected* half of a fault (`yaml-input.ts` adds the wrong half from the value that
 * was found), and an object's message is the list of its keys.
 */

/**
 * A value read from one YAML scalar or list. `read` returns undefined for a value that does not
 * fit `expected`.
 */
export const field = <T>(expected: string, read: (value: unknown) => T | undefined) =>
  z.unknown().transform((input, context): T => {
    const value = read(input);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input });
    return z.NEVER;
  });

/** What is wrong at a place within a text. */
export interface TextFault {
  /** The character at which reading ended, from 0. */
  readonly at: number;
  readonly wrong: string;
  readonly expected: string;
}

/**
 * Text in a small language of its own. A fault names the place in the text at which `read` ended.
 */
export const sentence = <T>(expected: string, read: (value: string) => Result<T, TextFault>) =>
  z.unknown().transform((input, context): T => {
    const found = typeof input === 'string' ? read(input) : null;
    if (found?.ok === true) return found.value;
    const fault = found === null ? {} : { params: { wrong: found.error.wrong, at: found.error.at } };
    context.issues.push({ code: 'custom', message: found?.error.expected ?? expected, input, ...fault });
    return z.NEVER;
  });

/** A group of keys; any other key is refused. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: Object.keys(shape).join(', ') });

/** A list of what `item` describes. */
export const list = <Item extends z.ZodType>(item: Item, expected = 'a list') =>
  z.array(item, { error: expected });

/** Any short text. */
export const text = (expected = 'a text of at most 200 characters') =>
  field(expected, (value) =>
    typeof value === 'string' && /\S/.test(value) && value.length <= 200 ? value : undefined,
  );

/** Text of the given form. */
export const matching = (expected: string, fits: (value: string) => boolean) =>
  field(expected, (value) => (typeof value === 'string' && fits(value) ? value : undefined));

/** One of a few words. */
export const oneOf = <const Word extends string>(...words: readonly Word[]) =>
  field(words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`, (value) =>
    words.find((word) => word === value),
  );

/** Yes or no. */
export const flag = () => field('true or false', (value) => (typeof value === 'boolean' ? value : undefined));

/** A whole number within bounds. */
export const count = (least: number, most: number) =>
  field(`a whole number from ${least} to ${most}`, (value) =>
    isWithin(value, least, most) && Number.isInteger(value) ? value : undefined,
  );

/** A number within bounds. `example` explains a number where that helps. */
export const amount = (least: number, most: number, example = '') =>
  field(`a number from ${least} to ${most}${example}`, (value) =>
    isWithin(value, least, most) ? value : undefined,
  );

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most;

/**
 * A check across the values of one section or list. It runs even when some values are faulty, so
 * that all faults are reported at once. A faulty value may be anything, so the check tests types
 * before it compares.
 */
export const across = <Schema extends z.ZodType>(
  schema: Schema,
  check: (
    value: z.output<Schema>,
    blame: (path: PropertyKey[], wrong: string, expected: string) => void,
  ) => void,
) =>
  schema.superRefine(
    (value, context) => {
      if (typeof value !== 'object' || value === null) return;
      check(value, (path, wrong, message) =>
        context.addIssue({ code: 'custom', path, message, params: { wrong } }),
      );
    },
    { when: () => true },
  );

/**
 * One of two forms of the same key: `first` for a value that `isFirst` names, else `second`. The
 * faults are those of the one form alone.
 */
export const either = <First extends z.ZodType, Second extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: First,
  second: Second,
) =>
  z.unknown().transform((input, context): z.output<First> | z.output<Second> => {
    const read = (isFirst(input) ? first : second).safeParse(input);
    if (read.success) return read.data;
    for (const issue of read.error.issues) context.issues.push({ ...issue, input } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
