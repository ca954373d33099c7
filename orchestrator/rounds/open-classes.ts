import { readClass } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { calendarOpening, isCalendarOpen } from '../../shared/domain/time/calendar.ts';
import { calendarAt } from '../../shared/domain/upgrade/closed-window.ts';
import { everywhere, type IsOpen } from '../../shared/store/queued.ts';

/** Tells which queues of a campaign hold clients on which something may begin now. */
export type OpenClasses = (definition: CampaignDefinition, now: number) => IsOpen;

const minuteMs = 60_000;

/**
 * Remembers what is open for a minute: calendars change at full minutes, rounds come ten times a
 * second. Clients for which nothing opens any more, or whose zone is not known, do not wait for
 * ever: they are admitted, and the worker settles each with the reason and begins nothing, or goes
 * on with what the fleet says of the client by then.
 */
export function rememberingOpenClasses(): OpenClasses {
  let minute = Number.NaN;
  const known = new Map<string, boolean>();
  return (definition, now) => {
    if (definition.policy.window === null && definition.calendar === undefined) return everywhere;
    const { campaign, hash } = definition;
    return (name) => {
      if (Math.floor(now / minuteMs) !== minute) {
        known.clear();
        minute = Math.floor(now / minuteMs);
      }
      const key = `${campaign}|${hash}|${name}`;
      const isOpen = known.get(key) ?? isClassOpen(definition, name, now);
      known.set(key, isOpen);
      return isOpen;
    };
  };
}

function isClassOpen(definition: CampaignDefinition, name: string, now: number): boolean {
  const found = readClass(definition, name);
  if (found === null) return true;
  const { zone } = found;
  const calendar = calendarAt({ calendar: found.calendar, policy: definition.policy }, now);
  if (calendar === null) return true;
  return isCalendarOpen(calendar, zone, now) || calendarOpening(calendar, zone, now) === null;
}

/** When something may begin again on the clients of a closed queue; null = at no time. */
export function classOpening(definition: CampaignDefinition, name: string, now: number): number | null {
  const found = readClass(definition, name);
  if (found === null) return null;
  const calendar = calendarAt({ calendar: found.calendar, policy: definition.policy }, now);
  return calendar === null ? null : (calendarOpening(calendar, found.zone, now)?.at ?? null);
}
