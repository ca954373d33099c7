import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { isForced } from '../../shared/domain/rules/campaign-end.ts';
import { calendarClosing, calendarOpening, isCalendarOpen } from '../../shared/domain/time/calendar.ts';
import { calendarAt } from '../../shared/domain/upgrade/closed-window.ts';

/** A time in which a client's calendar does not change. */
interface Stretch {
  readonly from: number;
  /** Infinity = it never changes again. */
  readonly to: number;
  readonly isOpen: boolean;
  /** What begins at its end is a blackout. */
  readonly endsInBlackout: boolean;
}

const always: Stretch = {
  from: -Infinity,
  to: Infinity,
  isOpen: true,
  endsInBlackout: false,
};

/**
 * When something may begin on the clients of one definition. Days are computed with time zones,
 * which takes longer than everything else in a search, so each stretch is computed once.
 */
export class Timetable {
  readonly #known = new Map<string, Stretch[]>();

  /** The stretch of the client's calendar at this time. */
  at(rules: Rules, { client, zone }: Client, now: number): Stretch {
    const calendar = calendarAt(rules, now);
    if (calendar === null) return always;
    const key = `${client}|${isForced(rules.policy, now)}`;
    const known = this.#known.get(key) ?? [];
    const found = known.find(({ from, to }) => from <= now && now < to);
    if (found !== undefined) return found;
    const isOpen = isCalendarOpen(calendar, zone, now);
    const closing = isOpen ? calendarClosing(calendar, zone, now) : null;
    const end = isOpen ? closing : calendarOpening(calendar, zone, now);
    const endsInBlackout = closing !== null && closing.blackout !== null;
    const stretch = { from: now, to: end?.at ?? Infinity, isOpen, endsInBlackout };
    this.#known.set(key, [...known, stretch]);
    return stretch;
  }
}
