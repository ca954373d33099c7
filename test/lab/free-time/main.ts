import type { DailyHabits } from '../../../orchestrator/simulation/machines/timetable.ts';
import { percentile } from '../../../orchestrator/simulation/percentiles.ts';
import { type Outcome, type Play, playCampaigns, releases, soonestOf } from './play.ts';

/**
 * `npm run test:free-time [CLIENTS] [SEEDS]`: campaigns with and without learned free time on
 * fleets of lab machines, on virtual time. For each fleet, start and seed four campaigns follow
 * each other; the first is shown for itself, the last two count. Ends with 1 where fleets with
 * daily habits do not gain a fifth of the median in the mean of all starts, or need more looks.
 */

const minute = 60_000;
const hourMs = 60 * minute;
const clients = Number(process.argv[2] ?? 100);
const seeds = Array.from({ length: Number(process.argv[3] ?? 5) }, (_, seed) => String(seed + 1));
const starts = [9, 12, 15, 20];
const campaigns = 4;
const counted = 2;

const fleets: readonly {
  readonly name: string;
  readonly habits?: DailyHabits;
  readonly mustGain: boolean;
}[] = [
  {
    name: 'off 10 to 40 min after the shift',
    habits: { staysOn: 0.2, shutsDownAfter: [10 * minute, 40 * minute] },
    mustGain: true,
  },
  {
    name: 'off 25 to 75 min after the shift',
    habits: { staysOn: 0.2, shutsDownAfter: [25 * minute, 75 * minute] },
    mustGain: true,
  },
  {
    name: 'the same, most stay on',
    habits: { staysOn: 0.6, shutsDownAfter: [25 * minute, 75 * minute] },
    mustGain: false,
  },
  { name: 'no habits, all stay on', mustGain: false },
];

interface Figures {
  readonly median: number;
  readonly p90: number;
  readonly looks: number;
  readonly failed: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

const figuresOf = (outcomes: readonly Outcome[]): Figures => ({
  median: mean(outcomes.map(({ tookMs }) => percentile(tookMs, 50) ?? Infinity)),
  p90: mean(outcomes.map(({ tookMs }) => percentile(tookMs, 90) ?? Infinity)),
  looks: mean(outcomes.map(({ looks }) => looks / clients)),
  failed: mean(outcomes.map(({ tookMs }) => tookMs.filter((took) => took === Infinity).length / clients)),
});

const inHours = (ms: number): string => (ms === Infinity ? 'never' : `${(ms / hourMs).toFixed(1)} h`);
const inPercent = (share: number): string => `${Math.round(share * 100)} %`;
const signed = (share: number): string => `${share > 0 ? '+' : ''}${inPercent(share)}`;
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

let isEnough = true;
row([
  'Fleet',
  'start',
  'soonest',
  'off',
  'learn',
  '',
  'P90 off',
  'P90 learn',
  'looks',
  'not upgraded',
  'first campaign',
]);
row(Array.from({ length: 11 }, () => '---'));
for (const { name, habits, mustGain } of fleets) {
  const gains: number[] = [];
  const bytes: number[] = [];
  for (const start of starts) {
    const begins = releases(campaigns, start);
    const all: { readonly off: readonly Outcome[]; readonly learn: readonly Outcome[] }[] = [];
    const soonest: number[] = [];
    for (const seed of seeds) {
      const play = { seed, clients, begins, ...(habits === undefined ? {} : { habits }) };
      const run = (learns: boolean): Promise<readonly Outcome[]> => playCampaigns({ ...play, learns });
      all.push({ off: await run(false), learn: await run(true) });
      for (const begin of begins.slice(-counted)) soonest.push(medianOf({ ...play, learns: false }, begin));
    }
    const [off, learn] = [
      figuresOf(all.flatMap((each) => each.off.slice(-counted))),
      figuresOf(all.flatMap((each) => each.learn.slice(-counted))),
    ];
    const [first, plain] = [
      figuresOf(all.flatMap((each) => each.learn.slice(0, 1))),
      figuresOf(all.flatMap((each) => each.off.slice(0, 1))),
    ];
    const gain = off.median === 0 ? 0 : learn.median / off.median - 1;
    gains.push(gain);
    bytes.push(...all.map(({ learn: each }) => (each.at(-1)?.bytes ?? 0) / clients));
    if (mustGain && learn.looks > off.looks) isEnough = false;
    row([
      name,
      `${String(start).padStart(2, '0')}:00`,
      inHours(mean(soonest)),
      inHours(off.median),
      inHours(learn.median),
      signed(gain),
      inHours(off.p90),
      inHours(learn.p90),
      `${off.looks.toFixed(1)} → ${learn.looks.toFixed(1)}`,
      `${inPercent(off.failed)} → ${inPercent(learn.failed)}`,
      `${inHours(plain.median)} → ${inHours(first.median)}`,
    ]);
  }
  console.log(
    `${name}: the median is ${signed(mean(gains))} in the mean of the starts; ${Math.round(mean(bytes))} bytes of counts for a client`,
  );
  if (mustGain && mean(gains) > -0.2) isEnough = false;
}
process.exitCode = isEnough ? 0 : 1;

function medianOf(play: Play, begin: number): number {
  return percentile(soonestOf(play, begin), 50) ?? Infinity;
}
