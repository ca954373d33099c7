import { counted } from '../domain/counted.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { StopAction, StopRule } from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { factWords, minutesInWords, sameCauseWords, stopWord } from '../domain/judge-stops.ts';
import { stopVerdicts } from '../domain/stops.ts';

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

/** How each stop rule stands now, a sentence each; none where the campaign does not run. */
export function stopsNow(
  campaign: Campaign,
  facts: readonly FactCounts[] | undefined,
  now: number,
): { readonly stops?: readonly string[] } {
  const { status } = campaign.state;
  if (facts === undefined || (status !== 'running' && status !== 'paused')) return {};
  const stops = stopVerdicts(campaign, facts, now).map((verdict): string => {
    const { rule } = verdict;
    if (verdict.kind === 'unknown')
      return `${ruleWords(rule)}; cannot be evaluated: what happened before the rebuild at ${isoOf(verdict.rebuiltAt)} is not known`;
    const needs =
      verdict.kind === 'tooFew' && 'minSample' in rule ? `; needs ${rule.minSample} before it decides` : '';
    return `${factWords(rule, verdict.found)}${needs}`;
  });
  return { stops };
}
