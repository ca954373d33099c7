import type { FactKind } from '../outcome/facts.ts';

/** What a stop rule does: pauses its campaign, aborts it, or halts all campaigns. */
export const stopActions = ['pause', 'abort', 'halt'] as const;

export type StopAction = (typeof stopActions)[number];

/** Stops when more than this share of the clients that were tried lately had such a fact. */
export interface RateRule {
  readonly on: Exclude<FactKind, 'tried'>;
  readonly percent: number;
  readonly minSample: number;
  readonly withinMs: number;
  readonly does: StopAction;
}

/** Stops when so many clients had the same cause lately. */
export interface SameCauseRule {
  /** Counts causes of failures only; left out = a cause of any trouble, such as a usual blocker. */
  readonly on?: 'failed';
  readonly sameCause: number;
  readonly withinMs: number;
  readonly does: StopAction;
}

export type StopRule = RateRule | SameCauseRule;

/** Facts that are older than this count for none of the rules; null = there is no rule. */
export const longestWindowMs = (rules: readonly StopRule[] | undefined): number | null =>
  rules === undefined || rules.length === 0 ? null : Math.max(...rules.map(({ withinMs }) => withinMs));

/** Who pauses, aborts or halts by a stop rule: no person, so anybody may resume. */
export const stopRule = 'stop rule';
