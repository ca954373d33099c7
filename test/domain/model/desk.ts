import { spread } from '../../../shared/domain/rules/backoff.ts';
import { wallOf } from '../../../shared/domain/time/window.ts';

/**
 * A desk with a computer, and the hours of the person who works there: the program that blocks the
 * update is open for a whole shift. Hours are those of the wall clock.
 */
export interface Desk {
  readonly seed: string;
  readonly client: string;
  readonly zone: string;
}

/**
 * `daily`: a shift of its own for each person, with another delay each day. `random`: by the
 * toss of
 * a coin in each hour. `moved`: daily, and from `movesAt` on in another shift.
 */
export type Habit = 'daily' | 'random' | 'moved';

/** What a look finds at the desk. */
export type Presence = 'free' | 'working' | 'off';

const hour = 60;

/** One of five computers stays on at night; the others are shut down soon after the shift. */
const staysOnShare = 0.2;

/** @param movesAt for `moved`: when the person begins to work in another shift */
export function presenceOf(desk: Desk, habit: Habit, at: number, movesAt = Infinity): Presence {
  const wall = wallOf(desk.zone, at);
  if (wall === null) throw new Error(`no zone ${desk.zone}`);
  const day = wall.toPlainDate().toString();
  const chance = (...words: (string | number)[]) => spread(desk.seed, desk.client, ...words);
  if (habit === 'random') {
    const toss = chance(day, wall.hour);
    return toss < 0.3 ? 'free' : toss < 0.7 ? 'working' : 'off';
  }
  const staysOn = chance('stays on') < staysOnShare;
  if (wall.dayOfWeek > 5) return staysOn ? 'free' : 'off';
  const shift = habit === 'moved' && at >= movesAt ? 'other shift' : 'shift';
  const begin = (6 + 4 * chance(shift)) * hour + 20 * chance('comes', day);
  const end = begin + (7.5 + 2 * chance(shift, 'hours')) * hour + 20 * chance('goes', day);
  const shutdown = end + 25 + 50 * chance(shift, 'shutdown');
  const minute = wall.hour * hour + wall.minute;
  if (minute >= begin && minute < end) return 'working';
  if (staysOn || (minute >= end && minute < shutdown)) return 'free';
  return minute >= begin - 10 && minute < begin ? 'free' : 'off';
}
