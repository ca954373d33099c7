import type { DeferralClass } from '../../shared/domain/rules/policy.ts';

/** When users of a client do by themselves what ends a wait, in hours of the client's day. */
interface Habit {
  readonly from: number;
  readonly to: number;
}

const comes: Habit = { from: 7, to: 10 };
const leaves: Habit = { from: 16, to: 19 };

/**
 * What is taken for granted of users: on four of five working days they come in the morning, which
 * ends the wait for a logon and for a client that is switched off; and leave in the evening.
 */
const habits: Readonly<Partial<Record<DeferralClass, Habit>>> = {
  unreachable: comes,
  logon: comes,
  load: comes,
  restart: leaves,
  program: leaves,
};
/** Does a habit of users end such waits? */
export const hasHabit = (kind: DeferralClass): boolean => habits[kind] !== undefined;

const shareOfDays = 0.8;
const daysAtMost = 60;
const hourMs = 3_600_000;

/** Where a wait stands when its end is drawn. */
interface SpellBegin {
  readonly from: number;
  readonly zone: string;
  readonly hasHabits?: boolean;
}

/** On so many working days in a row nobody did what the habit says: it does not hold here. */
export const daysAway = 3;

/**
 * Has a client waited for so long that its users do not follow the habit which ends such waits?
 * They are on leave, for instance, or the client is in a cupboard.
 */
export function isAway(kind: DeferralClass, since: number, now: number, zone: string): boolean {
  const habit = habits[kind];
  if (habit === undefined) return false;
  const first = Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO(zone).startOfDay();
  let missed = 0;
  for (let day = 0; day < daysAtMost && missed < daysAway; day += 1) {
    const date = first.add({ days: day });
    if (date.epochMilliseconds + habit.to * hourMs > now) return false;
    if (date.dayOfWeek <= 5 && date.epochMilliseconds + habit.from * hourMs >= since) missed += 1;
  }
  return missed >= daysAway;
}

/**
 * Draws when a wait ends: by chance at the rate that was counted so far, or by the habit of the
 * client's users, whichever comes first.
 * @param perMs how many such waits end in a millisecond
 * @param hasHabits the users of the client follow the habit as far as is known
 * @param draw a new number from 0 to 1 at each call
 */
export function endOfSpell(
  kind: DeferralClass,
  perMs: number,
  { from, zone, hasHabits = true }: SpellBegin,
  draw: () => number,
): number {
  const byChance = perMs <= 0 ? Infinity : from - Math.log(1 - draw()) / perMs;
  const habit = hasHabits ? habits[kind] : undefined;
  const byHabit = habit === undefined ? Infinity : nextOf(habit, from, zone, draw);
  return Math.round(Math.min(byChance, byHabit, from + daysAtMost * 24 * hourMs));
}

/** The first time on a working day at which the habit is followed. */
function nextOf({ from: first, to }: Habit, from: number, zone: string, draw: () => number): number {
  const today = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).startOfDay();
  for (let day = 0; day < daysAtMost; day += 1) {
    const date = today.add({ days: day });
    const at = date.epochMilliseconds + (first + draw() * (to - first)) * hourMs;
    if (date.dayOfWeek <= 5 && draw() < shareOfDays && at >= from) return at;
  }
  return Infinity;
}
