import { readClass } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import {
  type Calendar,
  calendarClosing,
  calendarOpening,
  isCalendarOpen,
} from '../../shared/domain/time/calendar.ts';
import { calendarAt } from '../../shared/domain/upgrade/closed-window.ts';

/** Whether clients of a class may begin, and until when that stays so. */
interface ClassTime {
  readonly isOpen: boolean;
  /** When something may begin again; null = it may now, or at no time. */
  readonly opensAt: number | null;
  readonly until: number;
}

/**
 * When something may begin on the clients of each class of a campaign's calendar, as the leader's
 * round asks: clients for which nothing opens any more are admitted, and settled with the reason.
 * Each answer is kept until it changes.
 */
export class ClassTimes {
  readonly #definition: CampaignDefinition;
  readonly #known = new Map<string, ClassTime>();

  constructor(definition: CampaignDefinition) {
    this.#definition = definition;
  }

  of(name: string, at: number): ClassTime {
    const known = this.#known.get(name);
    if (known !== undefined && at < known.until) return known;
    const time = this.#timeOf(name, at);
    this.#known.set(name, time);
    return time;
  }

  #timeOf(name: string, at: number): ClassTime {
    const { policy } = this.#definition;
    const found = readClass(this.#definition, name);
    const calendar = found === null ? null : calendarAt({ calendar: found.calendar, policy }, at);
    const changes = policy.end === undefined || policy.end.at <= at ? Infinity : policy.end.at;
    if (found === null || calendar === null) return { isOpen: true, opensAt: null, until: changes };
    const time = isCalendarOpen(calendar, found.zone, at)
      ? openUntil(calendar, found.zone, at)
      : closedUntil(calendar, found.zone, at);
    return { ...time, until: Math.min(time.until, changes) };
  }
}

const weekMs = 7 * 24 * 3_600_000;

const openUntil = (calendar: Calendar, zone: string, at: number): ClassTime => ({
  isOpen: true,
  opensAt: null,
  until: calendarClosing(calendar, zone, at)?.at ?? at + weekMs,
});

function closedUntil(calendar: Calendar, zone: string, at: number): ClassTime {
  const opening = calendarOpening(calendar, zone, at);
  return opening === null
    ? { isOpen: true, opensAt: null, until: at + weekMs }
    : { isOpen: false, opensAt: opening.at, until: opening.at };
}
