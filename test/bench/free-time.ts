import { type DeskOutcome, releases, runDesks } from '../domain/model/desk-fleet.ts';
import type { Habit } from '../domain/model/desk.ts';

/**
 * Learned free time on fleets of desks, on virtual time: campaigns with and without it, over five
 * seeds. Each seed has six campaigns; the first two, in which clients become known, do not count.
 * Usage: node test/bench/free-time.ts [clients, 100 if left out]
 */

const clients = Number(process.argv[2] ?? 100);
const seeds = ['1', '2', '3', '4', '5'];

const mean = (outcomes: readonly DeskOutcome[], of: keyof DeskOutcome): number =>
  outcomes.reduce((sum, outcome) => sum + outcome[of], 0) / outcomes.length;

function line(name: string, habit: Habit, hour: number, movesAt: number, skip: number, last: number): string {
  const begins = releases(last, hour);
  const run = (learns: boolean) =>
    seeds.flatMap((seed) =>
      runDesks({ seed, clients, habit, learns, begins, movesAt: begins[movesAt] ?? Infinity }).slice(skip),
    );
  const [plain, learned] = [run(false), run(true)];
  const hours = (of: 'medianMs' | 'p90Ms') =>
    [plain, learned].map((each) => `${(mean(each, of) / 3_600_000).toFixed(1)} h`);
  const looks = [plain, learned].map((each) => (mean(each, 'looks') / clients).toFixed(1));
  return `| ${[name, ...hours('medianMs'), ...hours('p90Ms'), ...looks].join(' | ')} |`;
}

process.stdout.write(
  '| Fleet | median without | median with | P90 without | P90 with | looks without | looks with |\n',
);
process.stdout.write('|---|---|---|---|---|---|---|\n');
for (const [name, hour] of [
  ['09:00', 7],
  ['12:00', 10],
  ['15:00', 13],
  ['20:00', 18],
] as const)
  process.stdout.write(`${line(`daily habits, begins at ${name}`, 'daily', hour, 99, 2, 6)}\n`);
process.stdout.write(`${line('without habits', 'random', 10, 99, 2, 6)}\n`);
process.stdout.write(`${line('new shifts, first campaign after it', 'moved', 10, 3, 3, 4)}\n`);
process.stdout.write(`${line('new shifts, third campaign after it', 'moved', 10, 3, 5, 6)}\n`);
