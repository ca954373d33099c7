import { expect, test } from 'vitest';
import { type DeskOutcome, releases, runDesks } from './model/desk-fleet.ts';
import type { Habit } from './model/desk.ts';

const seeds = ['1', '2', '3'];

/**
 * The campaigns after those in which the clients became known, with and without what they
 * learned.
 */
function compare(habit: Habit, begins: readonly number[], skip: number, movesAt = Infinity, clients = 60) {
  const all = (learns: boolean): readonly DeskOutcome[] =>
    seeds.flatMap((seed) => runDesks({ seed, clients, habit, learns, begins, movesAt }).slice(skip));
  const sum = (outcomes: readonly DeskOutcome[], of: keyof DeskOutcome): number =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  const [plain, learned] = [all(false), all(true)];
  expect(sum(learned, 'upgraded')).toBe(learned.length * clients);
  const ratio = (of: keyof DeskOutcome): number => sum(learned, of) / sum(plain, of);
  return { median: ratio('medianMs'), p90: ratio('p90Ms'), looks: ratio('looks') };
}

test('clients with daily habits are upgraded sooner, with fewer looks', () => {
  const { median, p90, looks } = compare('daily', releases(5, 10), 2);
  expect(median).toBeLessThan(0.8);
  expect(p90).toBeLessThan(0.6);
  expect(looks).toBeLessThan(0.8);
});

test('clients without habits are upgraded as soon as before', () => {
  const { median, looks } = compare('random', releases(4, 10), 0);
  expect(median).toBeLessThan(1.03);
  expect(looks).toBeLessThan(1.03);
});

test('clients whose habits change are found, and their new habits are learned', () => {
  const begins = releases(7, 10);
  const { median, looks } = compare('moved', begins, 5, begins[3], 30);
  expect(median).toBeLessThan(1);
  expect(looks).toBeLessThan(0.9);
});
