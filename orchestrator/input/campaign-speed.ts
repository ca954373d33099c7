import type { Ramp, Speed } from '../../shared/domain/campaign/speed.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { across, count, section, sentence, type TextFault } from '../../shared/input/fields.ts';

/** `speed`: how many clients the campaign starts in a minute, at one rate or along a ramp. */

const most = 100_000;
const example = 'from 20/min, x1.5 per 500 upgraded, at most 400/min';

/** The parts of a ramp in their order, each with its numbers, and what may stand there. */
const parts: readonly { readonly form: RegExp; readonly expected: string; readonly fits: Fits }[] = [
  {
    form: /^\s*from\s+(\d{1,6})\s*\/\s*min/iy,
    expected: `a first rate from 1 to ${most}, such as from 20/min`,
    fits: ([from = 0]) => from >= 1 && from <= most,
  },
  {
    form: /\s*,\s*x\s*(\d{1,2}(?:\.\d{1,3})?)\s+per\s+(\d{1,7})\s+upgraded/iy,
    expected: 'a factor from 1.1 to 10 and a number of upgraded clients, such as x1.5 per 500 upgraded',
    fits: ([factor = 0, per = 0]) => factor >= 1.1 && factor <= 10 && per >= 1,
  },
  {
    form: /\s*,\s*at\s+most\s+(\d{1,6})\s*\/\s*min\s*$/iy,
    expected: `a highest rate from 1 to ${most} at the end, such as at most 400/min`,
    fits: ([highest = 0]) => highest >= 1 && highest <= most,
  },
];

type Fits = (numbers: readonly number[]) => boolean;

/** Reads `from 20/min, x1.5 per 500 upgraded, at most 400/min`. */
export function parseRamp(text: string): Result<Ramp, TextFault> {
  const numbers: number[] = [];
  let at = 0;
  for (const { form, expected, fits } of parts) {
    form.lastIndex = at;
    const found = form.exec(text)?.slice(1).map(Number);
    if (found === undefined || !fits(found)) return err(wrongAt(text, at, expected));
    numbers.push(...found);
    if (numbers.length === 4 && (numbers[3] ?? 0) < (numbers[0] ?? 0))
      return err(wrongAt(text, at, `a highest rate of at least the first one, ${numbers[0]}/min`));
    at = form.lastIndex;
  }
  const [from = 0, factor = 0, per = 0, highest = 0] = numbers;
  return ok({ from, factor, per, most: highest });
}

function wrongAt(text: string, at: number, expected: string): TextFault {
  const rest = text.slice(at).replace(/^\s*,?\s*/, '');
  const found = rest.split(',')[0]?.trim() ?? '';
  return { at: text.length - rest.length, wrong: found === '' ? 'ends there' : `has "${found}"`, expected };
}

export const speedSection = across(
  section({
    startsPerMinute: count(1, most).optional(),
    ramp: sentence(`a ramp such as "${example}"`, parseRamp).optional(),
  }),
  (value, blame) => {
    const given = ['startsPerMinute', 'ramp'].filter((key) => value[key as 'ramp'] !== undefined);
    if (given.length === 2) blame(['ramp'], 'stands beside startsPerMinute', 'one of the two');
    if (given.length === 0 && Object.keys(value).length === 0)
      blame([], 'says nothing', `startsPerMinute: 60, or ramp: "${example}"`);
  },
).transform(({ startsPerMinute, ramp }): Speed =>
  ramp === undefined ? { startsPerMinute: startsPerMinute ?? 0 } : { ramp },
);
