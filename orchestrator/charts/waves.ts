import { addStates, finishedIn, noStates, type States, sizeOf } from '../../shared/domain/outcome/states.ts';
import { bucketWords } from '../views/state-words.ts';
import { stateBar, stateOrder, textureDefinitions } from './state-marks.ts';
import { statesInWords, statesLegend } from './states-bar.ts';
import { type ChartFrame, chartOf, count, type Markup, percent } from './svg.ts';
import type { ChartTable } from './table.ts';
import { clipped, label, widthOf } from './text.ts';

/** A row of bars: a wave, a logon server, or another group of clients by state. */
export interface StatesRow {
  readonly name: string;
  readonly states: States;
}

export interface StateRowsData {
  readonly title: string;
  /** What a row is: `wave`, `logon server`. */
  readonly each: string;
  readonly rows: readonly StatesRow[];
}

const barHeight = 16;
/** Below this width the words of a row stand above its bar. */
const narrowBelow = 480;

/** A bar of states for each row, all of the same width, with what is finished beside it. */
export function stateRows(frame: ChartFrame, { title, rows }: StateRowsData): Markup {
  const { id, width } = frame;
  const finished = rows.map(({ states }) => finishedWords(states));
  const isNarrow = width < narrowBelow;
  const rowHeight = isNarrow ? 44 : 26;
  const nameAtMost = width * (isNarrow ? 0.55 : 0.3);
  const nameWidth = Math.min(nameAtMost, Math.max(0, ...rows.map(({ name }) => widthOf(name))));
  const endWidth = Math.max(0, ...finished.map(widthOf));
  const [from, until] = isNarrow
    ? [0, width]
    : [nameWidth + 12, Math.max(nameWidth + 40, width - endWidth - 12)];
  const key = statesLegend(id, inAll(rows), width, rows.length * rowHeight + 6);
  return chartOf(
    frame,
    {
      height: Math.max(20, rows.length * rowHeight + 6 + key.height),
      title,
      description: rows.map(({ name, states }) => `${name}: ${statesInWords(states)}`).join(' '),
    },
    textureDefinitions(id),
    ...rows.map(({ name, states }, at) => {
      const y = at * rowHeight;
      const barY = y + (isNarrow ? 18 : 0);
      return (
        label({ x: 0, y: y + 12.5, text: clipped(name, nameWidth) }) +
        stateBar(id, states, { x: from, y: barY, width: until - from, height: barHeight }) +
        label({ x: width, y: y + 12.5, text: finished[at] ?? '', kind: 'quiet', anchor: 'end' })
      );
    }),
    key.markup,
  );
}

const inAll = (rows: readonly StatesRow[]): States =>
  rows.map(({ states }) => states).reduce(addStates, noStates);

function finishedWords(states: States): string {
  const size = sizeOf(states);
  const finished = finishedIn(states);
  return `${count(finished)} of ${count(size)}, ${percent(finished, size)} %`;
}

/** The same numbers as a table: a column for each state that has clients. */
export function stateRowsTable({ title, each, rows }: StateRowsData): ChartTable {
  const all = inAll(rows);
  const used = stateOrder.filter((state) => all[state] > 0);
  return {
    caption: title,
    heads: [each, 'clients', ...used.map((state) => bucketWords[state])],
    rows: rows.map(({ name, states }) => [name, sizeOf(states), ...used.map((state) => states[state])]),
  };
}
