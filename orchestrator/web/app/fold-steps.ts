import type { Client } from './answers.ts';

export type Step = Client['audit'][number];

/** One step, or two that follow each other again and again. Newest first, as the audit. */
export interface FoldedSteps {
  readonly steps: readonly Step[];
  /** How often; 1 = once. */
  readonly times: number;
  /** The first of the repeated steps; null = nothing was repeated. */
  readonly since: string | null;
}

/** Fewer repetitions are shown as they are. */
const foldedFrom = 3;

const isSame = (a: Step | undefined, b: Step | undefined): boolean =>
  a !== undefined && b !== undefined && a.to === b.to && a.because === b.because && a.campaign === b.campaign;

/** How often the two steps at this place follow each other. */
function repeatsAt(steps: readonly Step[], at: number): number {
  let times = 1;
  while (isSame(steps[at], steps[at + 2 * times]) && isSame(steps[at + 1], steps[at + 2 * times + 1]))
    times += 1;
  return times;
}

/**
 * A client that waits is looked at again and again: what a person reads ten times is said once,
 * with its number.
 */
export function foldSteps(steps: readonly Step[]): readonly FoldedSteps[] {
  const folded: FoldedSteps[] = [];
  for (let at = 0; at < steps.length;) {
    const times = repeatsAt(steps, at);
    const count = times >= foldedFrom ? 2 * times : 1;
    const shown = steps.slice(at, at + Math.min(2, count));
    const last = steps[at + count - 1];
    folded.push({
      steps: shown,
      times: count === 1 ? 1 : times,
      since: count === 1 ? null : (last?.at ?? null),
    });
    at += count;
  }
  return folded;
}
