import { roundMoments } from './round-moments.ts';

/** A moment on an axis, and how it is labelled there. */
export interface TimeTick {
  readonly at: number;
  readonly label: string;
}

const partsOf = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

/**
 * How the clocks of a zone show moments (epoch milliseconds).
 * @throws RangeError where no such zone is known
 */
export function clockOf(zone: string) {
  const format = partsOf(zone);
  const monthFormat = new Intl.DateTimeFormat('en-GB', { timeZone: zone, month: 'numeric' });
  const read = (at: number): Readonly<Record<string, string>> =>
    Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = ({ day, month }: Readonly<Record<string, string>>): string => `${day} ${month}`;
  const time = ({ hour, minute }: Readonly<Record<string, string>>): string => `${hour}:${minute}`;

  /** How far the clocks are ahead of UTC then, in milliseconds. */
  const ahead = (at: number): number => {
    const { year, hour, minute, second, day: date } = read(at);
    const shown = Date.UTC(
      Number(year),
      Number(monthFormat.format(at)) - 1,
      Number(date),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return shown - Math.floor(at / 1_000) * 1_000;
  };

  return {
    /** `Thu 3 Dec 02:40`. */
    moment: (at: number): string => {
      const parts = read(at);
      return `${parts['weekday']} ${day(parts)} ${time(parts)}`;
    },
    /** Round moments of the zone's clocks from one to the other, about `wanted` of them. */
    ticks: (from: number, until: number, wanted: number): readonly TimeTick[] => {
      if (!(until > from)) return [{ at: from, label: time(read(from)) }];
      const shift = ahead(from);
      const found = roundMoments(from + shift, until + shift, Math.max(1, wanted))
        // The clocks may be put forward or back on the way.
        .map((tick) => tick - ahead(tick - shift))
        .filter((at) => at >= from && at <= until);
      // Right after a start the marks stand closer than a minute.
      const isShort = found.some((at) => at % 60_000 !== 0);
      const labelled = found.map((at, index) => {
        const parts = read(at);
        const before = found[index - 1];
        const isNewDay = before !== undefined && day(read(before)) !== day(parts);
        const clockTime = isShort ? `${time(parts)}:${parts['second']}` : time(parts);
        if (clockTime === '00:00') return { at, label: `${parts['weekday']} ${day(parts)}` };
        return { at, label: isNewDay ? `${day(parts)} ${clockTime}` : clockTime };
      });
      return labelled.filter(({ label }, index) => label !== labelled[index - 1]?.label);
    },
  };
}
