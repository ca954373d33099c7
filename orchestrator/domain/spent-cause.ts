import { spentCause } from '../../shared/domain/rules/wait-words.ts';
import { type DeferralClass, deferralClasses } from '../../shared/domain/rules/policy.ts';

/** Records of earlier versions have the cause `couldNotLook budget spent`. */
const earlier = (kind: DeferralClass): string => `${kind} budget spent`;

/** Is this the cause of an end for which all tries of this class are used, of any number? */
export const isSpent = (cause: string, kind: DeferralClass): boolean =>
  cause === earlier(kind) || cause === spentCause(kind, Number(/(\d+) (?:try|tries)$/.exec(cause)?.[1]));

/** The cause in words. A cause of an earlier version does not say how many tries there were. */
export function causeInWords(cause: string): string {
  const kind = deferralClasses.find((each) => cause === earlier(each));
  return kind === undefined ? cause : spentCause(kind, 2).replace(/ (?:in|after) 2 /, ': used all ');
}
