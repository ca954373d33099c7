import { counted } from '../domain/counted.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type StopAction, stopRule, type StopRule } from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { factWords, limitWords, minutesInWords, sameCauseWords, stopWord } from '../domain/judge-stops.ts';
import { countedAt, stopVerdicts } from '../domain/stops.ts';

const actionWords: Readonly<Record<StopAction, string>> = {
  pause: 'pauses the campaign',
  abort: 'aborts the campaign',
  halt: 'halts all campaigns',
};

/** What a campaign file says of its stop rules; null = it has none. */
export const stopRuleWords = (rules: readonly StopRule[] | undefined): string | null =>
  rules === undefined ? null : rules.map(ruleWords).join('; ');

function ruleWords(rule: StopRule): string {
  const within = `within ${minutesInWords(rule.withinMs)}`;
  const what =
    'sameCause' in rule
      ? `${counted(rule.sameCause, 'client')} ${sameCauseWords(rule)}${usualToo(rule)} ${within}`
      : `more than ${rule.percent} % of at least ${counted(rule.minSample, 'client')} ${stopWord(rule.on, rule.minSample)} ${within}`;
  return `${what}: ${actionWords[rule.does]}`;
}

/** Most fleets have clients that are switched off, and the same service blocks most of them. */
const usualToo = ({ on }: StopRule): string =>
  on === undefined ? ' (also clients that are away, or blocked as usual)' : '';

/**
 * What this rule had counted when it stopped the campaign for this reason; null = another rule did.
 * The numbers of the reason change, and window and limit are those of the rule.
 */
export function numbersOf(rule: StopRule, because: string): string | null {
  const [numbers = ''] = because.split('; most frequent: ');
  return [1, 2].some((count) => numbers.endsWith(limitWords(rule, count))) ? numbers : null;
}

/** How each stop rule stands now, a sentence each; none where the campaign does not run. */
export function stopsNow(
  campaign: Campaign,
  facts: readonly FactCounts[] | undefined,
  now: number,
): { readonly stops?: readonly string[] } {
  const { status } = campaign.state;
  if (facts === undefined || (status !== 'running' && status !== 'paused')) return {};
  const { state } = campaign;
  const stops = stopVerdicts(campaign, facts, countedAt(state, now)).map((verdict): string => {
    const { rule } = verdict;
    const stopped =
      state.status === 'paused' && state.by === stopRule ? numbersOf(rule, state.because) : null;
    if (stopped !== null && state.status === 'paused')
      return `${stopped}; it has paused the campaign at ${isoOf(state.pausedAt)}`;
    if (verdict.kind === 'unknown')
      return `${ruleWords(rule)}; cannot be evaluated: what happened before the rebuild at ${isoOf(verdict.rebuiltAt)} is not known`;
    const needs =
      verdict.kind === 'tooFew' && 'minSample' in rule ? `; needs ${rule.minSample} before it decides` : '';
    return `${factWords(rule, verdict.found)}${needs}`;
  });
  return { stops };
}
