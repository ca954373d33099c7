import { isSameCaller } from './person.ts';
import { stopRule } from './stop.ts';

/** A person stopped all campaigns: who, why, and since when (policy time). */
export interface Halt {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** What becomes of the halt. `refused` carries a sentence for the person who asked. */
export type HaltDecision =
  | { readonly kind: 'changed'; readonly halt: Halt | null; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string };

/** Halts everything, unless it is halted already. */
export function halt(present: Halt | null, asked: Halt): HaltDecision {
  if (present === null) return { kind: 'changed', halt: asked, because: asked.because };
  const because = `everything is halted already, by ${present.by}: ${present.because}`;
  return { kind: 'refused', because };
}

/**
 * Ends the halt. The halt of another person ends only with an override; anybody ends that of a
 * stop rule.
 * @param override end also the halt of another person
 * @param reason why, if the person says it
 */
export function unhalt(
  present: Halt | null,
  by: string,
  override: boolean,
  reason: string | undefined,
): HaltDecision {
  if (present === null) return { kind: 'refused', because: 'nothing is halted' };
  const over = isSameCaller(present.by, by) || present.by === stopRule ? null : present;
  const what =
    present.by === stopRule
      ? `everything may go on; a stop rule had halted it: ${present.because}`
      : 'everything may go on';
  if (over === null || override)
    return { kind: 'changed', halt: null, because: resumeReason(what, over, reason) };
  const because = `everything was halted by ${present.by}: ${present.because}; ask them, or end it all the same with --override`;
  return { kind: 'refused', because };
}

/**
 * The text that the audit keeps of a resume, or of the end of a halt.
 * @param over the pause, hold or halt of another person that is overridden; null = none
 */
export function resumeReason(
  what: string,
  over: Pick<Halt, 'by' | 'because'> | null,
  reason: string | undefined,
): string {
  const words = over === null ? what : `${what}, which ${over.by} had held (${over.because})`;
  return reason === undefined ? words : `${words}: ${reason}`;
}
