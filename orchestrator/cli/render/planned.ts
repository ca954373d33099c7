import { spanInWords } from '../../views/duration-text.ts';
import { laterInWords } from '../../views/later-words.ts';
import type { CauseDifference, PlannedAgainstActual, WaveAgainstPlan } from '../../views/planned-actual.ts';
import { table } from './table.ts';
import { many, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/**
 * What was planned for a campaign from its start on, against what came; none where nothing was.
 * @param startedAt the time that the plan describes: it is ready only seconds later
 */
export function plannedLines(
  view: View,
  planned: PlannedAgainstActual | undefined,
  startedAt: string | null,
): readonly string[] {
  if (planned === undefined || planned.madeAt === null) return [];
  const { ends, because, laterMs, causes, restMs, besides, assumptions } = planned;
  const title = view.paint('bold', `Planned at the start, ${startedAt ?? planned.madeAt}`);
  if (ends === null) return ['', title, ...wrapped(view, 'no plan: ', because ?? '', 'yellow')];
  const actual = ends.actual === null ? 'not over yet' : `ended ${ends.actual}`;
  const late =
    laterMs === null ? '' : `, ${laterInWords(laterMs)} than P50`.replace('planned than P50', 'planned');
  return [
    '',
    title,
    ...assumptions.flatMap((each) => wrapped(view, 'assumed: ', each, 'dim')),
    ...wrapped(
      view,
      '',
      `end P50 ${ends.p50}, P90 ${ends.p90} by ${many(planned.replicates, 'simulation')}; ${actual}${late}`,
    ),
    '',
    ...waveTable(view, planned.waves),
    ...(because === null ? [] : wrapped(view, 'not compared: ', because, 'yellow')),
    ...causeLines(view, laterMs === null ? 'so far' : 'in all', causes, restMs),
    ...planned.waves.flatMap((wave) =>
      causeLines(view, `wave ${safe(wave.wave)}`, wave.laterMs === null ? [] : wave.causes, wave.restMs),
    ),
    ...(besides.length === 0 ? [] : wrapped(view, 'besides: ', besides.join(', '))),
  ];
}

function waveTable(view: View, waves: readonly WaveAgainstPlan[]): readonly string[] {
  const columns = [
    { head: 'wave' },
    { head: 'opens, planned', short: 'planned' },
    { head: 'opened' },
    { head: 'last client, P50', short: 'P50' },
    { head: 'finished' },
    { head: 'difference' },
  ];
  const rows = waves.map(({ wave, opens, ends, laterMs }) => [
    { text: safe(wave) },
    { text: opens.planned ?? 'never' },
    { text: opens.actual ?? 'not yet' },
    { text: ends.p50 ?? 'never' },
    { text: ends.actual ?? 'not yet' },
    { text: laterMs === null ? '' : laterInWords(laterMs) },
  ]);
  return table(view, columns, rows);
}

/** `in all: paused by kim 6 h more (6 h, planned 0 s); the rest 2 min less`. */
function causeLines(
  view: View,
  what: string,
  causes: readonly CauseDifference[],
  restMs: number | null,
): readonly string[] {
  const rest = restMs === null || Math.abs(restMs) < 60_000 ? [] : [`the rest: ${moreWords(restMs)}`];
  const said = causes.map(
    ({ cause, plannedMs, actualMs, moreMs }) =>
      `${safe(cause)}: ${moreWords(moreMs)}${cause.startsWith('opened ') ? '' : ` (${spanInWords(actualMs)}, planned ${spanInWords(plannedMs)})`}`,
  );
  return [...said, ...rest].length === 0 ? [] : wrapped(view, `${what}: `, [...said, ...rest].join('; '));
}

const moreWords = (ms: number): string => `${spanInWords(Math.abs(ms))} ${ms > 0 ? 'more' : 'less'}`;
