import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Ramp, RampStart, StartsIn } from '../../shared/domain/campaign/speed.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';

/** How fast a campaign may start clients now. */
export interface SpeedNow {
  /** Starts in any 60 seconds. */
  readonly perMinute: number;
  /** The steps that a ramp has taken, and all its steps; null = the rate does not change. */
  readonly step: { readonly taken: number; readonly inAll: number } | null;
}

const noStart: RampStart = { upgraded: 0, halts: 0 };

const rampStartOf = ({ state }: Campaign): RampStart =>
  ('rampStart' in state ? state.rampStart : undefined) ?? noStart;

/** Null = the campaign starts as many clients as it has slots. */
export function speedNow(campaign: Campaign, counters: Counters): SpeedNow | null {
  const { speed } = campaign.definition;
  if (speed === undefined) return null;
  if ('startsPerMinute' in speed) return { perMinute: speed.startsPerMinute, step: null };
  const upgraded = Math.max(0, upgradedIn(counters) - rampStartOf(campaign).upgraded);
  const taken = Math.floor(upgraded / speed.ramp.per);
  const inAll = stepsOf(speed.ramp);
  return {
    perMinute: rateAfter(speed.ramp, taken),
    step: { taken: Math.min(taken, inAll), inAll },
  };
}

const rateAfter = ({ from, factor, most }: Ramp, steps: number): number =>
  Math.min(most, Math.floor(from * factor ** steps));

/** How many steps lead from the first rate to the highest one. */
function stepsOf(ramp: Ramp): number {
  let steps = 0;
  while (rateAfter(ramp, steps) < ramp.most) steps += 1;
  return steps;
}

/** Clients that the campaign upgraded; those that were up to date before do not count. */
export function upgradedIn(counters: Counters): number {
  return Object.entries(counters).reduce((sum, [name, count]) => {
    const [kind, , , bucket] = name.split('|');
    return kind === 'state' && bucket === 'upgraded' ? sum + count : sum;
  }, 0);
}

/** What a campaign keeps when its ramp begins again; nothing where it has no ramp. */
export function beginRamp(
  campaign: Campaign,
  counters: Counters,
  halts = rampStartOf(campaign).halts,
): { readonly rampStart?: RampStart } {
  const { speed } = campaign.definition;
  if (speed === undefined || !('ramp' in speed)) return {};
  return { rampStart: { upgraded: upgradedIn(counters), halts } };
}

/**
 * The ramp of a campaign begins again, because everything was halted since it began; null = it goes
 * on, or there is none.
 * @param halts the version of the halt
 */
export function rampAfterHalt(campaign: Campaign, counters: Counters, halts: number): Campaign | null {
  const { state } = campaign;
  if (state.status !== 'running' || halts === rampStartOf(campaign).halts) return null;
  const begun = beginRamp(campaign, counters, halts);
  return begun.rampStart === undefined ? null : { ...campaign, state: { ...state, ...begun } };
}

/**
 * A caller may bring a time that has passed since: its starts happen up to so much later than they
 * are written.
 */
const lateAtMost = 5;
/** A start counts until a minute has passed since the end of the last second it may be of. */
const countsFor = 60 + lateAtMost;
/** Starts are spread over the minute: no more than a sixth of them in ten seconds, rounded up. */
const spreadOver = 10;
/** Starts so far ahead of the clock were written before it was put back: they count as of now. */
const aheadAtMost = 120;

const secondOf = (at: number): number => Math.floor(at / 1000);

/** Starts that still count, of a time that no later one precedes. */
function countedAt(log: readonly StartsIn[], at: number): { second: number; counted: readonly StartsIn[] } {
  const asked = secondOf(at);
  const known = log.map((each) => (each.second > asked + aheadAtMost ? { ...each, second: asked } : each));
  const second = Math.max(asked, ...known.map((each) => each.second));
  return { second, counted: known.filter((each) => second - each.second <= countsFor) };
}

const sumOf = (log: readonly StartsIn[]): number => log.reduce((sum, { starts }) => sum + starts, 0);

/**
 * How many clients a campaign may start now, so that no 60 seconds have more than `perMinute`
 * starts. `take-starts.lua` decides the same.
 * @param log the campaign's starts so far, as far back as a minute
 * @param at policy time
 */
export function mayStart(log: readonly StartsIn[], perMinute: number, at: number): number {
  const { second, counted } = countedAt(log, at);
  const inMinute = sumOf(counted);
  const lately = sumOf(counted.filter((each) => second - each.second < spreadOver));
  const inSpread = Math.ceil((perMinute * spreadOver) / 60);
  return Math.max(0, Math.min(perMinute - inMinute, inSpread - lately));
}

/** The log with further starts; a negative number gives starts of this moment back. */
export function withStarts(log: readonly StartsIn[], starts: number, at: number): readonly StartsIn[] {
  const { second, counted } = countedAt(log, at);
  const present = counted.filter((each) => each.second === second);
  const others = counted.filter((each) => each.second !== second);
  return [...others, { second, starts: sumOf(present) + starts }].filter((each) => each.starts > 0);
}

/** How many clients a campaign has started within the last minute. */
export function startedLately(log: readonly StartsIn[], at: number): number {
  const { second, counted } = countedAt(log, at);
  return sumOf(counted.filter((each) => second - each.second <= 60));
}
