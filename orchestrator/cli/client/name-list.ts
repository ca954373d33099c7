import { ok, type Result } from '../../../shared/errors.ts';
import { fleetBytesAtMost } from '../../input-file.ts';
import type { Refusal } from '../../refusal.ts';
import { readFileOf } from './input-file.ts';

/** Reads a file with one name on each line, where # begins a comment. */
export async function readNames(file: string): Promise<Result<readonly string[], Refusal>> {
  const input = await readFileOf(file, fleetBytesAtMost);
  return input.ok ? ok(wordsOf(input.value.text.replaceAll(/^\uFEFF|#.*/g, ''), /[\s,]+/)) : input;
}

export const wordsOf = (text: string, between: RegExp): readonly string[] =>
  text
    .split(between)
    .map((word) => word.trim())
    .filter((word) => word !== '');
