import { counted } from './counted.ts';
import type { RankedBlocker } from '../../shared/domain/outcome/ranking.ts';

/** Which blockers hold up ever more clients. */

/** A blocker that holds up fewer is no alarm, and … */
const alarmFrom = 20;
/** … one that holds up fewer than half of that is not followed. */
const followedFrom = alarmFrom / 2;
/** Policy time in which the clients must have doubled. */
const withinMs = 3_600_000;

/** How many clients a blocker holds up, as far back as it matters. */
interface Course {
  /** Of the last hour, oldest first: each holds up fewer clients than all later ones. */
  readonly lows: readonly { readonly at: number; readonly clients: number }[];
  /** The most since its alarm has begun; 0 = there is none. */
  readonly most: number;
}

/** The blockers of a campaign that are followed, by their fingerprints. */
export type BlockerCourses = ReadonlyMap<string, Course>;

export interface RisingBlocker {
  readonly blocker: string;
  readonly says: string;
}

/**
 * The blockers that hold up at least 20 clients, and twice as many as at some time in the last
 * hour. One that has an alarm keeps it until it holds up half of the most that it has held up.
 * @param before null = this campaign was not looked at before: what stands in its way is no news
 */
export function followBlockers(
  before: BlockerCourses | null,
  ranked: readonly Pick<RankedBlocker, 'blocker' | 'blocks'>[],
  hasAlarm: (blocker: string) => boolean,
  now: number,
): { readonly courses: BlockerCourses; readonly rising: readonly RisingBlocker[] } {
  const courses = new Map<string, Course>();
  const rising: RisingBlocker[] = [];
  for (const { blocker, blocks } of ranked) {
    const isOpen = hasAlarm(blocker);
    if (blocks < followedFrom && !isOpen) continue;
    const known = before?.get(blocker);
    const lows = lowsWith(known?.lows ?? firstLows(before, now), blocks, now);
    const least = lows[0]?.clients ?? blocks;
    const most = Math.max(known?.most ?? 0, blocks);
    const isRising = isOpen ? blocks * 2 > most : blocks >= alarmFrom && blocks >= least * 2;
    courses.set(blocker, { lows, most: isRising ? most : 0 });
    if (isRising) rising.push({ blocker, says: risingWords(blocker, blocks, least) });
  }
  return { courses, rising };
}

/** A blocker that was not followed held up fewer clients when it was looked at last. */
const firstLows = (before: BlockerCourses | null, now: number): Course['lows'] =>
  before === null ? [] : [{ at: now, clients: followedFrom - 1 }];

const lowsWith = (lows: Course['lows'], clients: number, now: number): Course['lows'] => [
  ...lows.filter((low) => low.at > now - withinMs && low.clients < clients),
  { at: now, clients },
];

const risingWords = (blocker: string, blocks: number, least: number): string =>
  `${blocker} holds up ${counted(blocks, 'client')}; within the last hour it was ${least < followedFrom ? `fewer than ${followedFrom}` : least}`;
