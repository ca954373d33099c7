/** ISO 8601 in UTC, as every answer of the API writes a moment. */
const moments = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** What a look found is shown unchanged. */
const unchanged = new Set(['evidenceText']);

/** A reader's time zone, for the screen only: files, pipes and JSON keep UTC. */
export interface LocalTimes {
  /** IANA name */
  readonly zone: string;
  /** Returns the value with every moment in its texts as a time of the zone. */
  readonly in: <T>(value: T) => T;
  /** Names the zone once, below the lines. Empty when no moment was shown so far. */
  readonly zoneLines: () => readonly string[];
  /** `02:14:09` */
  readonly clock: (at: number) => string;
}

/**
 * Returns the times of a zone.
 * @param zone IANA name; default: the zone of the terminal (`TZ`)
 * @param now a moment with another offset than this one shows its own offset, so that the hour
 * that autumn repeats stays clear
 */
export function localTimes(
  zone = Temporal.Now.timeZoneId(),
  now: number = Temporal.Now.instant().epochMilliseconds,
): LocalTimes {
  const at = (epochMs: number): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  const { offset } = at(now);
  let isShown = false;
  const moment = (iso: string): string => {
    const local = at(Temporal.Instant.from(iso).epochMilliseconds);
    isShown = true;
    const text = `${local.toPlainDate().toString()} ${timeOf(local)}`;
    return local.offset === offset ? text : `${text} ${local.offset}`;
  };
  return {
    zone,
    in: (value) => changeTexts(value, (text) => text.replace(moments, (iso) => tolerant(iso, moment))),
    zoneLines: () => (isShown ? ['', `Times: ${zone} (UTC${offset})`] : []),
    clock: (epochMs) => timeOf(at(epochMs)),
  };
}

const timeOf = (local: Temporal.ZonedDateTime): string =>
  local.toPlainTime().toString({ smallestUnit: 'second' });

/** A text that only looks like a moment stays as it is. */
function tolerant(iso: string, moment: (iso: string) => string): string {
  try {
    return moment(iso);
  } catch {
    return iso;
  }
}

function changeTexts<T>(value: T, change: (text: string) => string): T {
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return change(each);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each).map(([key, inner]) => [key, unchanged.has(key) ? inner : walk(inner)]),
    );
  };
  return walk(value) as T;
}
