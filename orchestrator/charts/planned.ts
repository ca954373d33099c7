import { linear } from './scale.ts';
import { type ChartFrame, chartOf, coordinate, element, type Markup } from './svg.ts';
import type { ChartTable } from './table.ts';
import { clipped, label, legend, widthOf } from './text.ts';
import { clockOf } from './times.ts';

/** When a wave was to open and end, and when it did. Epoch milliseconds; null = not known. */
export interface PlannedRow {
  readonly name: string;
  readonly planned: {
    readonly opens: number | null;
    readonly p50: number | null;
    readonly p90: number | null;
  };
  readonly actual: { readonly opens: number | null; readonly ends: number | null };
}

export interface PlannedData {
  readonly rows: readonly PlannedRow[];
  /** Now, or the end of the campaign: a wave that has opened and not ended lasts until then. */
  readonly until: number;
  readonly zone: string;
}

const [rowHeight, bottom] = [34, 26];

/** Two bars for each wave: planned above, as it came below. */
export function plannedChart(frame: ChartFrame, given: PlannedData): Markup {
  const { rows, until, zone } = sound(given);
  const clock = clockOf(zone);
  const { width } = frame;
  const times = timesIn(rows);
  const [from, to] = [Math.min(until, ...times), Math.max(until, ...times)];
  const nameWidth = Math.min(width * 0.3, Math.max(0, ...rows.map(({ name }) => widthOf(name))));
  const x = linear([from, to], [nameWidth + 12, width - 12]);
  const foot = rows.length * rowHeight;
  const key = legend(
    [
      { text: 'planned, to P50 and P90', sign: (left, y) => planBar(left, left + 12, left + 18, y) },
      { text: 'as it came', sign: (left, y) => cameBar(left, left + 18, y) },
    ],
    width,
    foot + bottom + 4,
  );
  const ticks =
    rows.length === 0 ? [] : clock.ticks(from, to, Math.max(2, Math.floor((width - nameWidth) / 130)));
  return chartOf(
    frame,
    {
      height: foot + bottom + 4 + key.height,
      title: 'Waves, planned and as they came',
      description: rows.map((row) => rowInWords(row, clock.moment)).join(' '),
    },
    ...ticks.map(
      ({ at, label: text }) =>
        element('path', { class: 'grid', d: `M${coordinate(x(at))},0V${foot}` }) +
        label({
          x: x(at),
          y: foot + 16,
          text,
          kind: 'axis',
          anchor: x(at) + widthOf(text) / 2 > width ? 'end' : 'middle',
        }),
    ),
    ...rows.map((row, at) => rowMarkup(row, { at, until, nameWidth, x })),
    key.markup,
  );
}

interface RowPlace {
  readonly at: number;
  readonly until: number;
  readonly nameWidth: number;
  readonly x: (time: number) => number;
}

function rowMarkup({ name, planned, actual }: PlannedRow, { at, until, nameWidth, x }: RowPlace): Markup {
  const y = at * rowHeight + 4;
  const { opens, p50, p90 } = planned;
  const plan = opens === null || p50 === null ? '' : planBar(x(opens), x(p50), x(p90 ?? p50), y);
  const came = actual.opens === null ? '' : cameBar(x(actual.opens), x(actual.ends ?? until), y + 12);
  return label({ x: 0, y: y + 15, text: clipped(name, nameWidth) }) + plan + came;
}

const planBar = (from: number, p50: number, p90: number, y: number): Markup =>
  element('rect', { class: 'plan-bar', x: from, y, width: Math.max(1, p50 - from), height: 9 }) +
  element('path', {
    class: 'plan-late',
    d: `M${coordinate(p50)},${coordinate(y + 4.5)}H${coordinate(p90)}m0,-3.5v7`,
  });

const cameBar = (from: number, until: number, y: number): Markup =>
  element('rect', { class: 'came-bar', x: from, y, width: Math.max(1, until - from), height: 9 });

const timesIn = (rows: readonly PlannedRow[]): readonly number[] =>
  rows
    .flatMap(({ planned, actual }) => [planned.opens, planned.p50, planned.p90, actual.opens, actual.ends])
    .filter((time) => time !== null);

/** Moments that are no numbers are not known. */
function sound({ rows, until, zone }: PlannedData): PlannedData {
  const known = (time: number | null): number | null =>
    time !== null && Number.isFinite(time) ? time : null;
  return {
    zone,
    until: known(until) ?? 0,
    rows: rows.map(({ name, planned: { opens, p50, p90 }, actual }) => ({
      name,
      planned: { opens: known(opens), p50: known(p50), p90: known(p90) },
      actual: { opens: known(actual.opens), ends: known(actual.ends) },
    })),
  };
}

function rowInWords({ name, planned, actual }: PlannedRow, moment: (at: number) => string): string {
  const say = (time: number | null, other: string): string => (time === null ? other : moment(time));
  return (
    `${name}: planned from ${say(planned.opens, 'never')} to ${say(planned.p50, 'never')}, ` +
    `opened ${say(actual.opens, 'not yet')}, finished ${say(actual.ends, 'not yet')}.`
  );
}

/** The same times as a table. */
export function plannedTable(given: PlannedData): ChartTable {
  const { rows, zone } = sound(given);
  const { moment } = clockOf(zone);
  const say = (time: number | null, other: string): string => (time === null ? other : moment(time));
  return {
    caption: `Waves, planned and as they came, clocks of ${zone}`,
    heads: ['wave', 'opens, planned', 'opened', 'last client, P50', 'P90', 'finished'],
    rows: rows.map(({ name, planned: { opens, p50, p90 }, actual }) => [
      name,
      say(opens, 'never'),
      say(actual.opens, 'not yet'),
      say(p50, 'never'),
      say(p90, 'never'),
      say(actual.ends, 'not yet'),
    ]),
  };
}
