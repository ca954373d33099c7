import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { modelFleet } from '../../orchestrator/simulation/model-fleet.ts';
import { type RunSummary, summaryOf } from '../../orchestrator/simulation/run-summary.ts';
import type { Scenario } from '../../orchestrator/simulation/scenario.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { smsProfile } from '../products/given.ts';

/** A limit of a campaign, and the same limit wider. Each is a key of the file. */
export interface Widening {
  readonly name: string;
  readonly narrow: string;
  readonly wide: string;
  /** So many clients make it scarce; left out = 40. */
  readonly clients?: number;
}

/** So short a window makes slots scarce: a client holds its slot for some minutes. */
const shortWindow = 'window: { between: "23:00-00:05" }';

const inShortWindow = (budgets: string): string => `budgets: { ${budgets} }\n${shortWindow}`;

/** Every limit that a campaign file can have in the way of its clients. */
export const widenings: readonly Widening[] = [
  {
    name: 'active',
    narrow: inShortWindow('active: 1, perLogonServer: 6'),
    wide: inShortWindow('active: 6, perLogonServer: 6'),
  },
  {
    name: 'active, by one',
    narrow: inShortWindow('active: 2, perLogonServer: 6'),
    wide: inShortWindow('active: 3, perLogonServer: 6'),
  },
  {
    name: 'perLogonServer',
    narrow: inShortWindow('active: 24, perLogonServer: 1'),
    wide: inShortWindow('active: 24, perLogonServer: 4'),
  },
  {
    name: 'maxDownloads',
    narrow: 'budgets: { active: 12, perLogonServer: 6, maxDownloads: 1 }',
    wide: 'budgets: { active: 12, perLogonServer: 6, maxDownloads: 4 }',
  },
  {
    name: 'remediations',
    narrow: 'budgets: { active: 12, perLogonServer: 6, remediations: { perHour: 1 } }',
    wide: 'budgets: { active: 12, perLogonServer: 6, remediations: { perHour: 4 } }',
  },
  {
    name: 'restarts',
    narrow: inShortWindow('active: 24, perLogonServer: 6, restarts: { perLogonServer: 1 }'),
    wide: inShortWindow('active: 24, perLogonServer: 6, restarts: { perLogonServer: 6 }'),
    clients: 120,
  },
  {
    name: 'speed',
    narrow: `speed: { startsPerMinute: 1 }\n${shortWindow}`,
    wide: `speed: { startsPerMinute: 20 }\n${shortWindow}`,
    clients: 120,
  },
  {
    name: 'window, longer',
    narrow: 'window: { between: "23:00-01:00" }',
    wide: 'window: { between: "20:00-06:00" }',
  },
  {
    name: 'window, more days',
    narrow: 'window: { days: [mon, wed], between: "20:00-06:00" }',
    wide: 'window: { days: [mon, tue, wed, thu, fri], between: "20:00-06:00" }',
  },
  {
    name: 'hours of restarts',
    narrow: 'restart: { between: "12:00-13:05" }',
    wide: 'restart: { between: "12:00-22:00" }',
  },
];

const campaignWith = (limit: string): string => `
campaign: monotone
release: sms-1.2-sp4
waves:
  - { name: canary, count: 4, gate: { settled: 60 %, failures: 100 %, minSample: 2 } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
${limit}
`;

const mondayAtFive = Date.UTC(2026, 10, 23, 5);
const usualClients = 40;

function scenarioWith(limit: string, seed: string, clients = usualClients): Scenario {
  const named = { clients: [], logonServers: [], zones: [], labels: [] };
  return {
    definition: unwrapped(parseCampaign(campaignWith(limit), 'monotone.yaml', { now: mondayAtFive })),
    clients: modelFleet(clients, seed, named),
    traits: {},
    seed,
    profile: smsProfile(),
    startAt: mondayAtFive,
    horizonMs: 120 * 24 * 3_600_000,
    approvalMs: null,
    callMs: 150,
    checksIn: true,
  };
}

/** By how much the wider limit ends a campaign later, over seeds. In ms; negative = earlier. */
export interface Widened {
  readonly name: string;
  readonly of: 'the end' | 'nine of ten clients';
  readonly meanMs: number;
  /** The standard error of this mean: the same seeds have both limits. */
  readonly errorMs: number;
  /** Seeds that ended later with the wider limit. */
  readonly later: readonly string[];
}

/** A mean that lies within two standard errors of nothing is noise. */
export const endsLater = ({ meanMs, errorMs }: Widened): boolean => meanMs > 2 * errorMs;

/** Simulates a campaign with the narrow and with the wide limit on the same seeds. */
export async function widened(
  { name, narrow, wide, clients }: Widening,
  seeds: readonly string[],
): Promise<readonly Widened[]> {
  const runs: { readonly seed: string; readonly before: RunSummary; readonly after: RunSummary }[] = [];
  for (const seed of seeds)
    runs.push({
      seed,
      before: await summaryOf(scenarioWith(narrow, seed, clients)),
      after: await summaryOf(scenarioWith(wide, seed, clients)),
    });
  const of = (what: Widened['of'], time: (run: RunSummary) => number | null): Widened => {
    const differences = runs.map(({ seed, before, after }) => {
      const [narrowMs, wideMs] = [time(before), time(after)];
      if (narrowMs === null || wideMs === null) throw new Error(`${name}, seed ${seed}: it does not end`);
      return { seed, ms: wideMs - narrowMs };
    });
    const mean = differences.reduce((sum, { ms }) => sum + ms, 0) / differences.length;
    const variance =
      differences.reduce((sum, { ms }) => sum + (ms - mean) ** 2, 0) / Math.max(1, differences.length - 1);
    return {
      name,
      of: what,
      meanMs: mean,
      errorMs: Math.sqrt(variance / differences.length),
      later: differences.filter(({ ms }) => ms > 0).map(({ seed }) => seed),
    };
  };
  return [
    of('the end', ({ endedAfterMs }) => endedAfterMs),
    of('nine of ten clients', ({ mostAfterMs }) => mostAfterMs),
  ];
}

/** `active: the end 12.3 h earlier (± 1.0 h), later in 3 of 100 seeds` */
export function widenedLine(found: Widened, seeds: number): string {
  const hours = (ms: number): string => `${(Math.abs(ms) / 3_600_000).toFixed(2)} h`;
  const { name, of, meanMs, errorMs, later } = found;
  const direction = meanMs > 0 ? 'later' : 'earlier';
  return `${name}: ${of} ${hours(meanMs)} ${direction} (± ${hours(2 * errorMs)}), later in ${later.length} of ${seeds} seeds`;
}
