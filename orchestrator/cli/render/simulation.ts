import type { SimulatedWave, SimulationAnswer } from '../../simulation/answer.ts';
import { isFailure } from '../../../shared/domain/outcome/ending.ts';
import { spanInWords } from '../../views/duration-text.ts';
import { failureLines, rankingLines } from './report.ts';
import { statusLines } from './status.ts';
import { table } from './table.ts';
import { padEnd, widthOf } from './text-width.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import { notOk } from '../../../shared/domain/outcome/states.ts';

/** What a simulation says on a terminal: when it ends, the waves, what binds, and the report. */
export function simulationLines(view: View, answer: SimulationAnswer): readonly string[] {
  const { report } = answer;
  const failures = report.clients.filter(({ end }) => end !== null && isFailure(end));
  return [
    view.paint(
      'bold',
      `simulated: campaign ${safe(answer.campaign)}, ${many(answer.clients, answer.isModel ? 'model client' : 'client')}, seed ${safe(answer.seed)}`,
    ),
    ...(answer.isModel
      ? wrapped(
          view,
          'model: ',
          'no client of your fleet, and no staged release, is looked up; for your own: --from-looks',
          'yellow',
        )
      : []),
    ...answer.assumptions.flatMap((each) => wrapped(view, 'assumed: ', each, 'dim')),
    '',
    ...endLines(view, answer),
    '',
    ...waveLines(view, answer),
    '',
    ...timelineLines(view, answer),
    ...fasterLines(view, answer),
    '',
    ...statusLines(view, report),
    '',
    ...rankingLines(view, report.blockers),
    ...(failures.length === 0 ? [] : ['', ...failureLines(view, failures)]),
  ];
}

function endLines(
  view: View,
  { startsAt, endsAt, because, tookMs, end }: SimulationAnswer,
): readonly string[] {
  const took = tookMs === null ? '' : `, ${spanInWords(tookMs)} after its start at ${startsAt}`;
  const says = endsAt === null ? `does not end: ${because ?? ''}` : `ends at ${endsAt}${took}`;
  const { replicates, fleet, isWhole, noP90 } = end;
  if (replicates === 0) return wrapped(view, '', says, 'bold');
  const runs = `${many(replicates, 'replicate')} with other seeds on ${fleet}`;
  const by = isWhole ? runs : `the end of this simulation, and P90 as much later as in ${runs}`;
  return [
    ...wrapped(view, '', says, endsAt === null ? 'red' : 'bold'),
    ...(isWhole || end.p50 !== null ? wrapped(view, '', `${percentilesIn(end)}: ${by}`) : []),
    ...(noP90 === null ? [] : wrapped(view, '', `no P90: ${noP90}`)),
  ];
}

function percentilesIn({ p50, p90, noP90 }: SimulationAnswer['end']): string {
  if (p50 === null) return 'half of them do not end';
  if (noP90 !== null) return `P50 ${p50}`;
  return `P50 ${p50}, ${p90 === null ? 'one of ten does not end' : `P90 ${p90}`}`;
}

function waveLines(view: View, { waves, end }: SimulationAnswer): readonly string[] {
  const hasP90 = end.noP90 === null && end.replicates > 0;
  const isCurrent = waves.some(({ ends }) => ends.alreadyCurrent > 0);
  const columns = [
    { head: 'wave' },
    { head: 'clients', align: 'right' as const },
    { head: 'opens' },
    { head: 'last client finished', short: 'finished' },
    ...(end.replicates === 0 ? [] : [{ head: 'P50' }]),
    ...(hasP90 ? [{ head: 'P90' }] : []),
    { head: 'upgraded', align: 'right' as const },
    ...(isCurrent ? [{ head: 'already current', short: 'curr', align: 'right' as const }] : []),
    { head: 'not ok', align: 'right' as const },
  ];
  const rows = waves.map((wave) => [
    { text: safe(wave.wave) },
    { text: number(wave.size) },
    { text: wave.opensAt ?? 'never' },
    { text: wave.settlesAt ?? `${number(wave.unfinished)} left` },
    ...(end.replicates === 0 ? [] : [{ text: wave.p50 ?? '-' }]),
    ...(hasP90 ? [{ text: wave.p90 ?? '-' }] : []),
    { text: number(wave.ends.upgraded) },
    ...(isCurrent ? [{ text: number(wave.ends.alreadyCurrent) }] : []),
    { text: number(notOk(wave.ends)) },
  ]);
  return table(view, columns, rows);
}

/** How many of a wave are finished in one part of the time: the fuller, the more. */
const shades = [' ', '.', ':', 'o', 'O', '#'] as const;

function timelineLines(view: View, { waves, startsAt, endsAt, report }: SimulationAnswer): readonly string[] {
  const width = waves.reduce((widest, { wave }) => Math.max(widest, widthOf(safe(wave))), 0);
  const beside = view.width - width - 3;
  const isBeside = beside >= leastParts;
  const parts = isBeside ? beside : view.width - 2;
  return [
    view.paint('dim', `clients finished, from ${startsAt} to ${endsAt ?? report.at}`),
    ...waves.flatMap((wave) => {
      const [name, strip] = [safe(wave.wave), `|${shadesOf(wave, parts)}|`];
      return isBeside ? [`${padEnd(name, width)} ${strip}`] : [name, strip];
    }),
  ];
}

/** A strip with fewer parts beside its name stands below it. */
const leastParts = 12;

/** @param most how many parts of the time have room: neighbours are added up */
function shadesOf({ finished }: SimulatedWave, most: number): string {
  const parts = Math.min(finished.length, most);
  const start = (part: number): number => Math.floor((part * finished.length) / parts);
  const sums = Array.from({ length: parts }, (_, part) =>
    finished.slice(start(part), start(part + 1)).reduce((sum, count) => sum + count, 0),
  );
  const fullest = Math.max(1, ...sums);
  return sums
    .map((count) => shades[count === 0 ? 0 : Math.ceil((count / fullest) * (shades.length - 1))] ?? '#')
    .join('');
}

function fasterLines(view: View, { faster, tried, endsAt }: SimulationAnswer): readonly string[] {
  if (endsAt === null || tried.length === 0) return [];
  if (faster.length === 0)
    return ['', ...wrapped(view, 'What would make it faster: ', `none of these alone: ${tried.join('; ')}`)];
  return [
    '',
    view.paint('bold', 'What would make it faster'),
    ...faster.flatMap(({ says }) => wrapped(view, '  ', says)),
  ];
}
