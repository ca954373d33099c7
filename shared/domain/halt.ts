/** Everything is held: who has done so, why, and since when (policy time). */
export interface Halt {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** What follows for the halt; `refused` is a sentence for whoever asked. */
export type HaltDecision =
  | { readonly kind: 'moved'; readonly halt: Halt | null }
  | { readonly kind: 'refused'; readonly because: string };

export function halt(present: Halt | null, asked: Halt): HaltDecision {
  if (present === null) return { kind: 'moved', halt: asked };
  const because = `everything is halted already, by ${present.by}: ${present.because}`;
  return { kind: 'refused', because };
}

/**
 * What another person has halted goes on only by who says that they mean it.
 * @param override let go on also what another person has halted
 */
export function unhalt(present: Halt | null, by: string, override: boolean): HaltDecision {
  if (present === null) return { kind: 'refused', because: 'nothing is halted' };
  if (present.by === by || override) return { kind: 'moved', halt: null };
  const because = `everything was halted by ${present.by}: ${present.because}; ask them, or end it all the same with --override`;
  return { kind: 'refused', because };
}
