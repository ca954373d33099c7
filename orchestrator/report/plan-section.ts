import { many } from '../views/numbers.ts';
import { plannedChart, plannedTable } from '../charts/planned.ts';
import { count } from '../charts/svg.ts';
import { spanInWords } from '../views/duration-text.ts';
import { laterInWords } from '../views/later-words.ts';
import type { PlannedAgainstActual } from '../views/planned-actual.ts';
import type { CampaignReport } from '../views/report.ts';
import { whenInWords, zone } from './when.ts';
import type { Section } from './document.ts';

/** Of the charts in a report, in pixels. */
export const chartWidth = 820;

const timeOf = (text: string): number => Date.parse(text);

/** What was planned when the campaign started, against what came. */
export function planSection(
  planned: PlannedAgainstActual | undefined,
  { at, endedAt }: CampaignReport,
): Section {
  const title = 'Planned against actual';
  if (planned === undefined) return { title, blocks: [] };
  if (planned.ends === null)
    return { title, blocks: [{ kind: 'text', text: `Nothing is compared: ${planned.because ?? ''}.` }] };
  const { ends, laterMs, causes, assumptions, besides, waves, because } = planned;
  const known = (text: string | null): number | null => (text === null ? null : timeOf(text));
  const drawn = {
    zone,
    until: timeOf(endedAt ?? at),
    rows: waves.map(({ wave, opens, ends: own }) => ({
      name: wave,
      planned: { opens: known(opens.planned), p50: known(own.p50), p90: known(own.p90) },
      actual: { opens: known(opens.actual), ends: known(own.actual) },
    })),
  };
  return {
    title,
    blocks: [
      {
        kind: 'facts',
        facts: [
          [
            'planned end',
            `P50 ${whenInWords(ends.p50 ?? 'never')}, P90 ${whenInWords(ends.p90 ?? 'never')}, by ${planned.replicates} simulations`,
          ],
          [
            'actual end',
            `${whenInWords(ends.actual ?? 'not yet')}${laterMs === null ? '' : `, ${laterInWords(laterMs)}`}`,
          ],
          ...(because === null ? [] : [['not compared', because] as const]),
          ...assumptions.map((each) => ['assumed', each] as const),
          ...(besides.length === 0 ? [] : [['besides', besides.join(', ')] as const]),
        ],
      },
      {
        kind: 'chart',
        svg: plannedChart({ id: 'planned', width: chartWidth }, drawn),
        table: plannedTable(drawn),
      },
      ...(causes.length === 0
        ? []
        : [
            {
              kind: 'table',
              table: {
                caption: 'What the time went to',
                heads: ['what the time went to', 'planned', 'as it came', 'difference'],
                rows: causes.map(({ cause, plannedMs, actualMs, moreMs }) => [
                  cause,
                  spanInWords(plannedMs),
                  spanInWords(actualMs),
                  `${spanInWords(Math.abs(moreMs))} ${moreMs > 0 ? 'more' : 'less'}`,
                ]),
              },
            } as const,
          ]),
    ],
  };
}

/** What blocked clients, and what servpack did about it. */
export function blockersSection({ blockers, relocations, willBlockAgain }: CampaignReport): Section {
  const title = 'What was in the way';
  if (blockers.length === 0) return { title, blocks: [] };
  const rows = blockers.slice(0, 20);
  const facts = [
    ...(blockers.length > rows.length
      ? [['further blockers', count(blockers.length - rows.length)] as const]
      : []),
    ['services relocated', count(relocations.done)] as const,
    ...(willBlockAgain === 0
      ? []
      : [
          [
            'will block again at the next release',
            `${many(willBlockAgain, 'client')} got past it by a workaround only`,
          ] as const,
        ]),
  ];
  return {
    title,
    blocks: [
      {
        kind: 'table',
        table: {
          caption: 'Blockers',
          heads: ['blocker', 'ever blocked', 'blocks now', 'freed if fixed'],
          rows: rows.map(({ blocker, alone, blocks, met }) => [blocker, met, blocks, alone]),
        },
      },
      { kind: 'facts', facts },
    ],
  };
}
