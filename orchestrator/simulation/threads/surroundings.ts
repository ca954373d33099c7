import type { Result } from '../../../shared/errors.ts';
import { type Profile, profileOf } from '../../../shared/products/profile.ts';
import { readMoment } from '../../input/parse-timestamp.ts';
import type { Refusal } from '../../refusal.ts';
import { modelRelease } from '../model-release.ts';

/** The profile of the product that models of machines have. */
export const simulatedProfile = (): Result<Profile, Refusal> => profileOf(modelRelease('any').release);

/** When a simulation begins; undefined = the text names no moment. Left out = at this minute. */
export function simulatedMoment(text: string | undefined): number | undefined {
  return text === undefined ? Math.ceil(Date.now() / 60_000) * 60_000 : readMoment(text);
}
