import type { Campaign, Running } from '../../shared/domain/campaign/campaign.ts';
import { stopActions, type StopRule } from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';

/** What a stop rule says now. One that cannot be evaluated stops nothing, and does not say fine. */
export type StopVerdict =
  | { readonly kind: 'stops' | 'goesOn'; readonly rule: StopRule; readonly found: FactCounts }
  | { readonly kind: 'tooFew'; readonly rule: StopRule; readonly found: FactCounts }
  | { readonly kind: 'unknown'; readonly rule: StopRule; readonly rebuiltAt: number };

/**
 * Facts count that are newer than this policy time: those within the window of the rule. Facts
 * from before the last resume do not count: the person has seen them.
 */
export const countsSince = (
  { withinMs }: StopRule,
  { stopsFrom }: Pick<Running, 'stopsFrom'>,
  now: number,
): number => Math.max(now - withinMs, stopsFrom ?? -Infinity);

/** The windows of the rules stand still while the campaign is paused: nothing begins in it. */
export const countedAt = (state: Campaign['state'], now: number): number =>
  state.status === 'paused' ? state.pausedAt : now;

/** @param facts by rule: what is known since the time that `countsSince` names */
export function stopVerdicts(
  { definition, state, rebuiltAt }: Campaign,
  facts: readonly FactCounts[],
  now: number,
): readonly StopVerdict[] {
  const begun = 'startedAt' in state ? state : {};
  return (definition.stop ?? []).map((rule, index): StopVerdict => {
    const found = facts[index] ?? { kinds: {}, causes: {} };
    // A rebuild knows the records, not when what happened.
    if (rebuiltAt !== undefined && countsSince(rule, begun, now) < rebuiltAt)
      return { kind: 'unknown', rule, rebuiltAt };
    return { kind: judge(rule, found), rule, found };
  });
}

/** The causes that a rule counts, or that explain its numbers. */
export function causesFor(rule: StopRule, { causes, failures }: FactCounts): FactCounts['causes'] {
  if (rule.on !== 'failed') return causes;
  // Facts of an earlier version do not say which causes are those of failures.
  return failures ?? ('sameCause' in rule ? {} : causes);
}

function judge(rule: StopRule, found: FactCounts): 'stops' | 'goesOn' | 'tooFew' {
  const { kinds } = found;
  if ('sameCause' in rule)
    return Math.max(0, ...Object.values(causesFor(rule, found))) >= rule.sameCause ? 'stops' : 'goesOn';
  const tried = kinds.tried ?? 0;
  if (tried < rule.minSample) return 'tooFew';
  return (kinds[rule.on] ?? 0) * 100 > rule.percent * tried ? 'stops' : 'goesOn';
}

export type Stop = Extract<StopVerdict, { readonly found: FactCounts }>;

/** The rule that stops the campaign, the one that does the most first; null = none stops it. */
export function strictestStop(verdicts: readonly StopVerdict[]): Stop | null {
  const stops = verdicts.filter((verdict): verdict is Stop => verdict.kind === 'stops');
  const rank = ({ rule }: Stop): number => stopActions.indexOf(rule.does);
  return stops.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}
