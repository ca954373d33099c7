import type {
  CampaignBlackout,
  CampaignCalendar,
  IcsSource,
  Where,
} from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { readIcs } from './ics-events.ts';
import { stretchesOf } from './ics-stretches.ts';

/** The calendar files of `blackouts`, as stretches of time that need no calendar program. */

/** What came with a campaign file: the texts of its calendar files by their names in it. */
export interface BesideFile {
  readonly calendars?: Readonly<Record<string, string>> | undefined;
  /** The blackouts of a calendar file count from here on. */
  readonly now: number;
}

/** The calendar files of one campaign have at most so many characters together. */
const charactersAtMost = 1024 * 1024;

const stretchesAtMost = 1_000;
const horizonMs = 2 * 365 * 24 * 60 * 60_000;

/** An entry `{ ics, reason, where }` of the campaign file, and its line. */
export interface IcsEntry {
  readonly ics: string;
  readonly reason: string;
  readonly where?: Where;
  readonly line: number;
}

/** What the calendar files say, in the order of the campaign file. */
export interface IcsBlackouts {
  readonly blackouts: readonly CampaignBlackout[];
  readonly sources: readonly IcsSource[];
}

/** Two years from now on, and at most 1,000 stretches: the nearest ones of each file count. */
export function expandIcs(
  entries: readonly IcsEntry[],
  file: string,
  { calendars = {}, now }: BesideFile,
): Result<IcsBlackouts, InputFault[]> {
  const faults: InputFault[] = [];
  const blackouts: CampaignBlackout[] = [];
  const sources: IcsSource[] = [];
  const size = [...new Set(entries.map(({ ics }) => ics))].reduce(
    (sum, ics) => sum + (Object.hasOwn(calendars, ics) ? (calendars[ics]?.length ?? 0) : 0),
    0,
  );
  for (const { ics, reason, where, line } of entries) {
    const text = Object.hasOwn(calendars, ics) ? calendars[ics] : undefined;
    const bad = (wrong: string, expected: string) => faults.push({ file, line, key: 'ics', wrong, expected });
    if (text === undefined) {
      bad(`names ${ics}, which did not come with the campaign file`, 'a file beside the campaign file');
      continue;
    }
    if (size > charactersAtMost) {
      bad(`belongs to calendar files of ${size} characters`, `at most ${charactersAtMost} together`);
      continue;
    }
    const read = readIcs(text, ics);
    if (!read.ok) {
      faults.push(...read.error);
      continue;
    }
    const all = stretchesOf(read.value, now, now + horizonMs);
    const taken = all.slice(0, Math.max(0, stretchesAtMost - blackouts.length));
    sources.push({
      file: ics,
      sha256: sha256(text),
      stretches: taken.length,
      until: isoOf(now + horizonMs).slice(0, 10),
      ...(taken.length === all.length ? {} : { cut: all.length - taken.length }),
    });
    for (const { from, to, summary } of taken)
      blackouts.push({
        from,
        to,
        reason: summary === '' ? reason : `${reason}: ${summary}`,
        ...(where === undefined ? {} : { where }),
      });
  }
  return faults.length === 0 ? ok({ blackouts, sources }) : err(faults);
}

/** The texts of the calendar files that a definition names, which are kept with its file. */
export function namedCalendars(
  { calendar }: { readonly calendar?: CampaignCalendar },
  calendars: BesideFile['calendars'] = {},
): { readonly calendars?: Readonly<Record<string, string>> } {
  const names = new Set(calendar?.ics?.map(({ file }) => file));
  const named = Object.entries(calendars).filter(([name]) => names.has(name));
  return named.length === 0 ? {} : { calendars: Object.fromEntries(named) };
}
