import { finishedIn, type States, sizeOf } from '../../shared/domain/outcome/states.ts';
import { bucketWords } from '../views/state-words.ts';
import { stateBar, stateBox, stateOrder, textureDefinitions } from './state-marks.ts';
import { type ChartFrame, chartOf, count, type Markup, percent } from './svg.ts';
import type { ChartTable } from './table.ts';
import { legend, type LegendItem } from './text.ts';

/** Clients of a campaign, a wave or a logon server by state. */
export interface StatesData {
  readonly title: string;
  readonly states: States;
}

/** `51 % finished: 20,113 of 39,214 clients. 19,901 upgraded, 212 failed …`. */
export function statesInWords(states: States): string {
  const size = sizeOf(states);
  if (size === 0) return 'No clients.';
  const each = present(states).map((state) => `${count(states[state])} ${bucketWords[state]}`);
  const finished = finishedIn(states);
  return `${percent(finished, size)} % finished: ${count(finished)} of ${count(size)} clients. ${each.join(', ')}.`;
}

const present = (states: States) => stateOrder.filter((state) => states[state] > 0);

/** One bar of all states with their counts below it. */
export function statesBar(frame: ChartFrame, { title, states }: StatesData): Markup {
  const { id, width } = frame;
  const barHeight = 22;
  const key = statesLegend(id, states, width, barHeight + 8);
  return chartOf(
    frame,
    { height: barHeight + 8 + Math.max(20, key.height), title, description: statesInWords(states) },
    textureDefinitions(id),
    stateBar(id, states, { x: 0, y: 0, width, height: barHeight }),
    key.markup,
  );
}

/** What each box of a bar of these states means, with its count. */
export function statesLegend(id: string, states: States, width: number, top: number) {
  const items = present(states).map((state): LegendItem => ({
    text: `${count(states[state])} ${bucketWords[state]}`,
    sign: (x, y) => stateBox(id, state, { x, y, width: 18, height: 10 }),
  }));
  return legend(items, width, top);
}

/** The same numbers as a table. */
export const statesTable = ({ title, states }: StatesData): ChartTable => ({
  caption: title,
  heads: ['state', 'clients'],
  rows: present(states).map((state) => [bucketWords[state], states[state]]),
});
