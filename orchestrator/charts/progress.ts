import { areaBelow, lineThrough, stepsThrough } from './path.ts';
import { finishedAt, type ProgressData, type ProgressPoint, thinned } from './progress-data.ts';
import { countTicks, linear } from './scale.ts';
import { type ChartFrame, chartOf, coordinate, count, element, type Markup, percent } from './svg.ts';
import type { ChartTable } from './table.ts';
import { label, legend, type LegendItem, widthOf } from './text.ts';
import { clockOf } from './times.ts';

const [plotHeight, top, bottom] = [200, 10, 24];
const pointsAtMost = 600;

/** Clients finished over time, with the plan and the cone of the forecast. */
export function progressChart(frame: ChartFrame, given: ProgressData): Markup {
  const data = sound(given);
  const clock = clockOf(data.zone);
  const { size, startedAt } = data;
  const ticks = withWhole(countTicks(size, 4), size);
  const left = Math.max(24, ...ticks.map((tick) => widthOf(count(tick)) + 8));
  const right = Math.max(left + 10, frame.width - 12);
  const until = endOf(data);
  const x = linear([startedAt, until], [left, right]);
  const y = linear([0, Math.max(1, size)], [top + plotHeight, top]);
  const key = legend(legendOf(data, clock.moment), frame.width, top + plotHeight + bottom + 8);
  return chartOf(
    frame,
    {
      height: top + plotHeight + bottom + 8 + key.height,
      title: 'Clients finished over time',
      description: inWords(data, clock.moment),
    },
    ...ticks.map((tick) => gridLine({ left, right, at: y(tick), text: count(tick) })),
    ...clock
      .ticks(startedAt, until, Math.max(2, Math.floor((right - left) / 110)))
      .map(({ at, label: text }) => timeMark(x(at), text, [left, right])),
    cone(data, x, y),
    plannedLine(data, x, y),
    actual(data, x, y),
    data.isOver ? '' : nowLine(x(data.until), frame.width),
    key.markup,
  );
}

/** The same numbers as a table: at most twelve moments of what came, then what is expected. */
export function progressTable(given: ProgressData): ChartTable {
  const data = sound(given);
  const { moment } = clockOf(data.zone);
  const { points, size, startedAt, until, forecast, planned } = data;
  const p50 = forecast?.p50 ?? null;
  const picked = thinned(
    [...points, { at: until, finished: finishedAt(points, until) }],
    [startedAt, until],
    11,
  );
  const row = (what: string, at: number, finished: number): readonly (string | number)[] => [
    moment(at),
    what,
    finished,
    `${percent(finished, size)} %`,
  ];
  return {
    caption: `Clients finished over time, clocks of ${data.zone}`,
    heads: ['when', 'what', 'clients finished', 'of all'],
    rows: [
      row('start', startedAt, 0),
      ...picked.map(({ at, finished }) =>
        row(at === until ? (data.isOver ? 'end' : 'now') : '', at, finished),
      ),
      ...planned.filter(({ at }) => at > startedAt).map(({ at, finished }) => row('planned', at, finished)),
      ...(p50 === null ? [] : [row('forecast, P50', p50, size)]),
      ...(forecast === null ? [] : [row('forecast, P90', forecast.p90, size)]),
    ],
  };
}

/** The ticks and the whole, without those that stand too near to it. */
const withWhole = (ticks: readonly number[], size: number): readonly number[] =>
  size > 0 ? [...ticks.filter((tick) => tick <= size * 0.9), size] : ticks;

/** Data without what cannot be drawn: numbers that are none, and moments before the start. */
function sound(data: ProgressData): ProgressData {
  const startedAt = Number.isFinite(data.startedAt) ? data.startedAt : 0;
  const isDrawn = ({ at, finished }: ProgressPoint): boolean =>
    Number.isFinite(at) && Number.isFinite(finished) && at >= startedAt;
  const until = Number.isFinite(data.until) ? Math.max(startedAt, data.until) : startedAt;
  const { forecast } = data;
  const p50 = forecast?.p50 ?? null;
  return {
    ...data,
    size: Number.isFinite(data.size) ? Math.max(0, data.size) : 0,
    startedAt,
    until,
    points: data.points.filter(isDrawn),
    planned: data.planned.filter(isDrawn),
    forecast:
      forecast === null || data.isOver || !(forecast.p90 > until) || !Number.isFinite(forecast.p90)
        ? null
        : { p50: p50 !== null && p50 > until && p50 <= forecast.p90 ? p50 : null, p90: forecast.p90 },
  };
}

const endOf = ({ until, forecast, planned, startedAt }: ProgressData): number =>
  Math.max(startedAt + 1, until, forecast?.p90 ?? 0, ...planned.map(({ at }) => at));

interface GridLine {
  readonly left: number;
  readonly right: number;
  readonly at: number;
  readonly text: string;
}

const gridLine = ({ left, right, at, text }: GridLine): Markup =>
  element('path', { class: 'grid', d: `M${coordinate(left)},${coordinate(at)}H${coordinate(right)}` }) +
  label({ x: left - 6, y: at + 4, text, kind: 'axis', anchor: 'end' });

function timeMark(at: number, text: string, [left, right]: readonly [number, number]): Markup {
  const half = widthOf(text) / 2;
  const anchor = at - half < left - 20 ? 'start' : at + half > right + 12 ? 'end' : 'middle';
  const foot = top + plotHeight;
  return (
    element('path', { class: 'tick', d: `M${coordinate(at)},${foot}v5` }) +
    label({ x: at, y: foot + 18, text, kind: 'axis', anchor })
  );
}

type Scale = (value: number) => number;

const pathOf = (points: readonly ProgressPoint[], x: Scale, y: Scale): string =>
  lineThrough(points.map(({ at, finished }) => [x(at), y(finished)]));

function actual({ points, startedAt, until }: ProgressData, x: Scale, y: Scale): Markup {
  const drawn = [
    { at: startedAt, finished: 0 },
    ...thinned(points, [startedAt, until], pointsAtMost).filter(({ at }) => at <= until),
    { at: until, finished: finishedAt(points, until) },
  ];
  const places = drawn.map(({ at, finished }) => [x(at), y(finished)] as const);
  return (
    element('path', { class: 'actual-area', d: areaBelow(places, y(0)) }) +
    element('path', { class: 'actual', d: stepsThrough(places) })
  );
}

/** Between the two ends lie four of ten simulations; half ended before the first. */
function cone({ points, until, size, forecast }: ProgressData, x: Scale, y: Scale): Markup {
  if (forecast === null) return '';
  const here = { at: until, finished: finishedAt(points, until) };
  const late = { at: forecast.p90, finished: size };
  const early = { at: forecast.p50 ?? until, finished: size };
  return (
    element('path', { class: 'cone', d: `${pathOf([here, early, late], x, y)}Z` }) +
    element('path', { class: 'cone-edge', d: pathOf([here, late], x, y) }) +
    (forecast.p50 === null ? '' : element('path', { class: 'cone-middle', d: pathOf([here, early], x, y) }))
  );
}

const plannedLine = ({ planned }: ProgressData, x: Scale, y: Scale): Markup =>
  planned.length < 2 ? '' : element('path', { class: 'planned', d: pathOf(planned, x, y) });

/** Its word stands on the side that has room. */
function nowLine(at: number, width: number): Markup {
  const isWide = at + 5 + widthOf('now') < width;
  return (
    element('path', { class: 'now', d: `M${coordinate(at)},${top}V${top + plotHeight}` }) +
    label({
      x: isWide ? at + 5 : at - 5,
      y: top + 12,
      text: 'now',
      kind: 'axis',
      anchor: isWide ? 'start' : 'end',
    })
  );
}

const sample =
  (kind: string) =>
  (x: number, y: number): Markup =>
    element('path', { class: kind, d: `M${coordinate(x)},${coordinate(y + 5)}h18` });

function legendOf(data: ProgressData, moment: (at: number) => string): readonly LegendItem[] {
  const { points, size, until, forecast, planned } = data;
  const finished = finishedAt(points, until);
  const last = planned.at(-1);
  const { p50 = null, p90 } = forecast ?? {};
  return [
    {
      text: `finished ${count(finished)} of ${count(size)} (${percent(finished, size)} %)`,
      sign: sample('actual'),
    },
    ...(last === undefined ? [] : [{ text: `planned, P50 ${moment(last.at)}`, sign: sample('planned') }]),
    ...(p50 === null ? [] : [{ text: `forecast P50 ${moment(p50)}`, sign: sample('cone-middle') }]),
    ...(p90 === undefined ? [] : [{ text: `P90 ${moment(p90)}`, sign: sample('cone-edge') }]),
  ];
}

function inWords(data: ProgressData, moment: (at: number) => string): string {
  const { points, size, startedAt, until, forecast, planned, isOver } = data;
  const finished = finishedAt(points, until);
  const [last, p50] = [planned.at(-1), forecast?.p50 ?? null];
  const said = [
    `From ${moment(startedAt)} to ${moment(until)}, ${isOver ? 'the end' : 'now'}, ${count(finished)} of ${count(size)} clients were finished.`,
    ...(last === undefined ? [] : [`The plan said ${moment(last.at)} for the last one.`]),
    ...(p50 === null ? [] : [`By the forecast half of the simulations end by ${moment(p50)}.`]),
    ...(forecast === null ? [] : [`Nine of ten end by ${moment(forecast.p90)}.`]),
    `Clocks of ${data.zone}.`,
  ];
  return said.join(' ');
}
