/** Everything is held: who has done so, why, and since when (policy time). */
export interface Halt {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** What follows for the halt; `refused` is a sentence for whoever asked. */
export type HaltDecision =
  | { readonly kind: 'changed'; readonly halt: Halt | null; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string };

export function halt(present: Halt | null, asked: Halt): HaltDecision {
  if (present === null) return { kind: 'changed', halt: asked, because: asked.because };
  const because = `everything is halted already, by ${present.by}: ${present.because}`;
  return { kind: 'refused', because };
}

/**
 * What another person has halted goes on only by who says that they mean it.
 * @param override let go on also what another person has halted
 * @param reason why, where the person says it
 */
export function unhalt(
  present: Halt | null,
  by: string,
  override: boolean,
  reason: string | undefined,
): HaltDecision {
  if (present === null) return { kind: 'refused', because: 'nothing is halted' };
  const over = present.by === by ? null : present;
  if (over === null || override)
    return { kind: 'changed', halt: null, because: resumeReason('everything may go on', over, reason) };
  const because = `everything was halted by ${present.by}: ${present.because}; ask them, or end it all the same with --override`;
  return { kind: 'refused', because };
}

/**
 * What the audit says of whoever lets go on.
 * @param over what another person had held
 */
export function resumeReason(
  what: string,
  over: Pick<Halt, 'by' | 'because'> | null,
  reason: string | undefined,
): string {
  const words = over === null ? what : `${what}, which ${over.by} had held (${over.because})`;
  return reason === undefined ? words : `${words}: ${reason}`;
}
