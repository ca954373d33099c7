import { counted } from './counted.ts';
import type { Campaign, CampaignDecision } from '../../shared/domain/campaign/campaign.ts';
import { type RateRule, stopRule, type StopRule } from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { abort } from './commands.ts';
import { transition } from './decision.ts';
import { causesFor, type Stop, stopVerdicts, strictestStop } from './stops.ts';

/**
 * Stops a running campaign by its stop rules; null = none stops it. A rule that halts everything
 * also pauses its campaign, which stays paused after the halt.
 */
export function judgeStops(
  campaign: Campaign,
  state: Extract<Campaign['state'], { status: 'running' }>,
  facts: readonly FactCounts[],
  now: number,
): CampaignDecision | null {
  const stop = strictestStop(stopVerdicts(campaign, facts, now));
  if (stop === null) return null;
  const because = stopBecause(stop);
  if (stop.rule.does === 'abort')
    return abort(campaign, { type: 'AbortRequested', by: stopRule, reason: because }, now);
  // A soak begins again after the pause, as after any other one.
  const { mark: _mark, ...others } = state;
  return transition(
    campaign,
    { ...others, status: 'paused', pausedAt: now, byGate: false, by: stopRule, because },
    because,
  );
}

const causesAtMost = 3;

/** `12 of 80 clients failed within 60 min, limit 10 %; most frequent: X (7), Y (3)`. */
export function stopBecause({ rule, found }: Stop): string {
  const causes = Object.entries(causesFor(rule, found))
    .toSorted(([a, few], [b, many]) => many - few || (a < b ? -1 : 1))
    .slice(0, causesAtMost)
    .map(([cause, count]) => `${cause} (${count})`);
  const most = causes.length === 0 ? '' : `; most frequent: ${causes.join(', ')}`;
  return `${factWords(rule, found)}${most}`;
}

const within = ({ withinMs }: StopRule): string => `within ${minutesInWords(withinMs)}`;

/** The numbers of a rule, with its window and its limit. */
export function factWords(rule: StopRule, found: FactCounts): string {
  const { kinds } = found;
  if ('sameCause' in rule) {
    const most = Math.max(0, ...Object.values(causesFor(rule, found)));
    return `${counted(most, 'client')} ${limitWords(rule)}`;
  }
  const [some, tried] = [kinds[rule.on] ?? 0, kinds.tried ?? 0];
  return `${some} of ${counted(tried, 'client')} ${limitWords(rule, some)}`;
}

/** What a rule counts, in which window, and its limit. */
export const limitWords = (rule: StopRule, count = 0): string =>
  'sameCause' in rule
    ? `${sameCauseWords(rule)} ${within(rule)}, limit ${rule.sameCause}`
    : `${stopWord(rule.on, count)} ${within(rule)}, limit ${rule.percent} %`;

/** `failed with the same cause`, where only failures count. */
export const sameCauseWords = ({ on }: Pick<StopRule, 'on'>): string =>
  on === undefined ? 'with the same cause' : `${stopWords[on]} with the same cause`;

/** What happened to so many clients that a rule counts. */
export const stopWord = (on: RateRule['on'], count = 0): string =>
  count === 1 ? stopWords[on].replace(/^were /u, 'was ') : stopWords[on];

const stopWords = {
  failed: 'failed',
  blocked: 'were blocked',
  unreachable: 'were unreachable',
  timedOut: 'timed out',
  undone: 'had a relocation undone',
  unhealthy: 'became unhealthy',
} as const;

/** `45 s`, `90 min`: exact, because an edit compares the words. */
export function minutesInWords(ms: number): string {
  if (ms > hour && ms % hour === 0) return `${ms / hour} h`;
  return ms % minute === 0 ? `${ms / minute} min` : `${ms / 1000} s`;
}

const minute = 60_000;
const hour = 60 * minute;
