import type { RankedBlocker } from '../../../shared/domain/outcome/ranking.ts';
import type { CampaignReport, ClientReport } from '../../views/report.ts';
import { isFailure } from '../../../shared/domain/outcome/ending.ts';
import { earlierLines } from './campaign-forecast.ts';
import { plannedLines } from './planned.ts';
import { EqualReasons, namesInWords } from '../../views/equal-reasons.ts';
import { stateWord } from '../../views/state-words.ts';
import { statusLines } from './status.ts';
import { table } from './table.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** So many reasons of clients that failed or need attention are listed; `--json` has all. */
const listedAtMost = 20;

/** The report on a terminal: status, blockers ranked, and the clients that need a person. */
export function reportLines(view: View, report: CampaignReport): readonly string[] {
  const failures = report.clients.filter(({ end }) => end !== null && isFailure(end));
  const { archived } = report;
  const where =
    archived === null
      ? []
      : wrapped(
          view,
          `archived by ${archived.by} at ${archived.at}: `,
          `${archived.because}; ${archived.file}`,
        );
  return [
    ...where,
    ...statusLines(view, report),
    ...earlierLines(view, report.forecasts ?? []),
    ...plannedLines(view, report.planned, report.startedAt),
    '',
    ...rankingLines(view, report.blockers),
    ...(failures.length === 0 ? [] : ['', ...failureLines(view, failures)]),
    '',
    view.paint('dim', `All clients, with evidence: servpack campaign report ${report.campaign} --json`),
  ];
}

/** Blockers, the one whose repair frees most clients first. */
export function rankingLines(view: View, blockers: readonly RankedBlocker[]): readonly string[] {
  if (blockers.length === 0) return ['No blockers found so far.'];
  const columns = [
    { head: 'blocker' },
    { head: 'freed if fixed', short: 'freed', align: 'right' as const },
    { head: 'blocked now', short: 'now', align: 'right' as const },
    { head: 'ever blocked', short: 'ever', align: 'right' as const },
  ];
  const rows = blockers.map(({ blocker, alone, blocks, met }) => [
    { text: blocker },
    alone === 0 ? { text: '·', style: 'dim' as const } : { text: number(alone), style: 'bold' as const },
    { text: number(blocks) },
    { text: number(met) },
  ]);
  const [first] = blockers;
  const best =
    first === undefined || first.alone === 0
      ? []
      : wrapped(view, '', `Fix ${first.blocker} to free ${many(first.alone, 'client')}.`);
  return [...table(view, columns, rows), ...best];
}

/** The clients that failed or need attention: a line for each reason, the one of most first. */
export function failureLines(view: View, clients: readonly ClientReport[]): readonly string[] {
  const reasons = new EqualReasons();
  for (const client of clients) reasons.add(client);
  const ranked = reasons.ranked();
  const listed = ranked.slice(0, listedAtMost);
  const heads = listed.map(({ count, clients: [first = ''] }) =>
    count === 1 ? safe(first) : many(count, 'client'),
  );
  const width = Math.max(0, ...heads.map((head) => head.length));
  const more = ranked.slice(listedAtMost).reduce((sum, { count }) => sum + count, 0);
  return [
    ...listed.flatMap((group, at) => {
      const word = stateWord(group.end).padEnd('needs attention'.length);
      const names = group.count === 1 ? '' : ` (${namesInWords(group)})`;
      return wrapped(view, `${(heads[at] ?? '').padEnd(width)}  ${word}  `, `${group.reason}${names}`, 'red');
    }),
    ...(more > 0 ? [`and ${many(more, 'client')} for other reasons`] : []),
  ];
}
