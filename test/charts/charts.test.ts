import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plannedChart, plannedTable } from '../../orchestrator/charts/planned.ts';
import { progressChart, progressTable } from '../../orchestrator/charts/progress.ts';
import { countedUp, thinned } from '../../orchestrator/charts/progress-data.ts';
import { countTicks } from '../../orchestrator/charts/scale.ts';
import { stateOrder, widthsOf } from '../../orchestrator/charts/state-marks.ts';
import { statesBar, statesTable } from '../../orchestrator/charts/states-bar.ts';
import { count } from '../../orchestrator/charts/svg.ts';
import { tableMarkup } from '../../orchestrator/charts/table.ts';
import { clockOf } from '../../orchestrator/charts/times.ts';
import { stateRows, stateRowsTable } from '../../orchestrator/charts/waves.ts';
import { bucketWords } from '../../orchestrator/views/state-words.ts';
import { buckets, noStates, sizeOf } from '../../shared/domain/outcome/states.ts';
import { anyName, anyPlanned, anyProgress, anyStates, anyWidth } from './any-data.ts';
import { ofClass, readMarkup, textsIn } from './read-markup.ts';

const noNumber = /NaN|Infinity|undefined|null/;

/** Strict markup with a title and a description, and no number that is none. */
function expectWhole(markup: string, names: string): void {
  const [svg] = readMarkup(markup);
  expect(svg?.tag).toBe('svg');
  expect(svg?.attributes['role']).toBe('img');
  expect(svg?.attributes['aria-labelledby']).toBe('x-title x-desc');
  expect(textsIn(markup, 'title').join('')).not.toBe('');
  expect(textsIn(markup, 'desc').join('')).not.toBe('');
  // A name may say so itself.
  expect(noNumber.test(names) ? '' : markup).not.toMatch(noNumber);
}

describe('the bar of states', () => {
  it('says every count that it was given, in the drawing, in the description and in the table', () => {
    fc.assert(
      fc.property(anyStates, anyWidth, (states, width) => {
        const markup = statesBar({ id: 'x', width }, { title: 'Clients by state', states });
        expectWhole(markup, '');
        const said = buckets
          .filter((state) => states[state] > 0)
          .map((state) => `${count(states[state])} ${bucketWords[state]}`);
        expect(textsIn(markup, 'text').toSorted()).toEqual(said.toSorted());
        for (const each of said) expect(textsIn(markup, 'desc').join('')).toContain(each);
        expect(statesTable({ title: '', states }).rows.map(([, found]) => found)).toEqual(
          stateOrder.map((state) => states[state]).filter((found) => found > 0),
        );
      }),
    );
  });

  it('gives each state its share of the width, and at least a few pixels', () => {
    fc.assert(
      fc.property(anyStates, anyWidth, (states, width) => {
        const widths = [...widthsOf(states, width)];
        const size = sizeOf(states);
        const sum = widths.reduce((total, [, each]) => total + each, 0);
        expect(sum).toBeCloseTo(size === 0 ? 0 : width, 3);
        for (const [state, found] of widths) {
          expect(found).toBeGreaterThanOrEqual(3);
          // What small states are given more than their share is taken from the others.
          expect(Math.abs(found - (states[state] / size) * width)).toBeLessThanOrEqual(3 * buckets.length);
        }
      }),
    );
  });

  it('marks each state with another sign than its colour', () => {
    const sameColour = [
      ['upgraded', 'alreadyCurrent'],
      ['failed', 'needsAttention'],
      ['active', 'restarting', 'remedying'],
      ['excluded', 'skipped', 'cancelled'],
    ];
    for (const names of sameColour) {
      const signs = names.map((name) => {
        const states = { ...noStates, [name]: 1 };
        const markup = statesBar({ id: 'x', width: 600 }, { title: 't', states });
        return readMarkup(markup)
          .flatMap(({ attributes }) => attributes['fill'] ?? [])
          .join(' ');
      });
      expect(new Set(signs).size).toBe(names.length);
    }
  });

  it('draws an empty bar for no clients', () => {
    const markup = statesBar({ id: 'x', width: 300 }, { title: 'Clients by state', states: noStates });
    expectWhole(markup, '');
    expect(textsIn(markup, 'desc')).toEqual(['No clients.']);
  });
});

describe('rows of states', () => {
  it('takes every name for text, and says how many are finished', () => {
    const rows = fc.array(fc.record({ name: anyName, states: anyStates }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, anyWidth, (given, width) => {
        const data = { title: 'Waves', each: 'wave', rows: given };
        const names = given.map(({ name }) => name).join('');
        const markup = stateRows({ id: 'x', width }, data);
        if (given.length > 0) expectWhole(markup, names);
        expect(ofClass(markup, 'empty-bar')).toHaveLength(given.length);
        const table = stateRowsTable(data);
        readMarkup(tableMarkup(table));
        expect(table.rows.map(([, size]) => size)).toEqual(given.map(({ states }) => sizeOf(states)));
      }),
    );
  });

  it.each(['<img src=x onerror=alert(1)>', `</text><script>`, `a"b'c&d`])('shows %s as it is', (name) => {
    const data = { title: name, each: name, rows: [{ name, states: { ...noStates, upgraded: 1 } }] };
    const markup = stateRows({ id: 'x', width: 1_400 }, data);
    expect(textsIn(markup, 'text')).toContain(name);
    expect(textsIn(tableMarkup(stateRowsTable(data)), 'th')).toContain(name);
  });
});

/** The numbers in the path of a line. */
const numbersIn = (path = ''): readonly number[] => (path.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);

describe('the chart of progress', () => {
  it('draws any data whole', () => {
    fc.assert(
      fc.property(anyProgress(true), anyWidth, (data, width) => {
        expectWhole(progressChart({ id: 'x', width }, data), '');
        const table = tableMarkup(progressTable(data));
        readMarkup(table);
        expect(table).not.toMatch(noNumber);
      }),
    );
  });

  it('ends its line at the count of now, and says it', () => {
    fc.assert(
      fc.property(anyProgress(false), (data) => {
        const markup = progressChart({ id: 'x', width: 720 }, data);
        const finished =
          data.points.filter(({ at }) => at <= data.until).length === 0
            ? 0
            : Math.max(...data.points.filter(({ at }) => at <= data.until).map((point) => point.finished));
        expect(textsIn(markup, 'text').join(' ')).toContain(
          `finished ${count(finished)} of ${count(data.size)}`,
        );
        const y = numbersIn(ofClass(markup, 'actual')[0]?.['d']).at(-1) ?? Number.NaN;
        const [least, most] = [210, 10];
        expect((least - y) / (least - most)).toBeCloseTo(finished / data.size, 2);
      }),
    );
  });

  it('draws the forecast of what is not over, and no other', () => {
    const base = { size: 10, startedAt: 0, points: [], planned: [], zone: 'UTC', until: 1_000 };
    const drawn = (isOver: boolean, forecast: { p50: number | null; p90: number } | null) =>
      ofClass(progressChart({ id: 'x', width: 720 }, { ...base, isOver, forecast }), 'cone').length;
    expect(drawn(false, { p50: 2_000, p90: 3_000 })).toBe(1);
    expect(drawn(false, { p50: null, p90: 3_000 })).toBe(1);
    expect(drawn(false, { p50: 100, p90: 200 })).toBe(0);
    expect(drawn(true, { p50: 2_000, p90: 3_000 })).toBe(0);
    expect(drawn(false, null)).toBe(0);
  });

  it('counts moments up, and keeps the last of each step of a long line', () => {
    expect(countedUp([30, 10, 10, Number.NaN])).toEqual([
      { at: 10, finished: 2 },
      { at: 30, finished: 3 },
    ]);
    const points = countedUp(Array.from({ length: 10_000 }, (_, at) => at));
    const few = thinned(points, [0, 10_000], 100);
    expect(few.length).toBeLessThanOrEqual(101);
    expect(few.at(-1)).toEqual(points.at(-1));
  });
});

describe('planned and as it came', () => {
  it('draws any rows whole, and has every name in its table', () => {
    fc.assert(
      fc.property(anyPlanned, anyWidth, (data, width) => {
        const names = data.rows.map(({ name }) => name).join('');
        const markup = plannedChart({ id: 'x', width }, data);
        if (data.rows.length > 0) expectWhole(markup, names);
        const table = plannedTable(data);
        readMarkup(tableMarkup(table));
        expect(table.rows.map(([name]) => name)).toEqual(data.rows.map(({ name }) => name));
      }),
    );
  });
});

describe('axes', () => {
  it('have few round numbers', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), (largest) => {
        const ticks = countTicks(largest, 4);
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(Math.max(...ticks)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  it('labels no two marks of an axis alike, also in the first seconds after a start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * 86_400_000 }),
        fc.integer({ min: 1, max: 12 }),
        (span, wanted) => {
          const labels = clockOf('Europe/Rome')
            .ticks(Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 24, 22) + span, wanted)
            .map(({ label }) => label);
          expect(labels.filter((label, at) => label === labels[at + 1])).toEqual([]);
        },
      ),
    );
    const first = clockOf('UTC').ticks(0, 90_000, 3);
    expect(first.map(({ label }) => label)).toEqual(['00:00:00', '00:00:30', '00:01:00', '00:01:30']);
  });

  it.each([
    ['UTC', '2026-11-30T20:00:00Z', '2026-12-02T20:00:00Z', 'Tue 1 Dec'],
    ['Asia/Kolkata', '2026-11-30T20:00:00Z', '2026-12-02T20:00:00Z', 'Wed 2 Dec'],
    ['Australia/Lord_Howe', '2026-10-03T00:00:00Z', '2026-10-05T00:00:00Z', 'Sun 4 Oct'],
  ])('have the midnights of %s', (zone, from, until, label) => {
    const clock = clockOf(zone);
    const ticks = clock.ticks(Date.parse(from), Date.parse(until), 4);
    const midnight = ticks.find((tick) => tick.label === label);
    expect(clock.moment(midnight?.at ?? 0)).toBe(`${label} 00:00`);
  });
});
