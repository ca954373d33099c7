import type { BindsStatus } from '../views/campaign-forecast.ts';
import { limitsOf } from '../simulation/limits.ts';
import { gainsOf } from '../simulation/gains.ts';
import { reseeded } from '../simulation/replicates.ts';
import { type RunSummary, summaryOf } from '../simulation/run-summary.ts';
import type { Scenario } from '../simulation/scenario.ts';
import { thinned } from '../simulation/thinning.ts';
import { gainWords, nothingBinds } from './binding-words.ts';
import { partOf } from './limits-left.ts';
import { rankGains } from './rank-gains.ts';

/** How much is simulated while a person waits for a plan. */
export interface PlanSize {
  /** So many clients are simulated in all simulations together at most. */
  readonly clients: number;
  /** No simulation begins after this time: real milliseconds. */
  readonly withinMs: number;
}

export const usualPlanSize: PlanSize = { clients: 12_000, withinMs: 4_000 };

const leastRuns = 3;
const mostRuns = 6;

/**
 * What will hold a campaign up, by simulations of the fleet as its last looks found it. Where they
 * would take longer than a person waits, they are left out, with the reason.
 * @param elapsed real milliseconds since the beginning
 */
export async function bindsOfPlan(
  scenario: Scenario,
  { clients, withinMs }: PlanSize,
  elapsed: () => number,
): Promise<BindsStatus> {
  const limits = limitsOf(scenario);
  const tried = limits.map(({ limit }) => limit);
  const most = Math.floor(clients / (leastRuns * (limits.length + 1)));
  const small = thinned(scenario, most);
  const because = small.scenario === null ? small.because : whyTooLarge(small.scenario, most);
  if (small.scenario === null || because !== null)
    return leftOut(`${scenario.clients.length} clients take too long: ${because}`);
  const base = small.scenario;
  const affordable = Math.floor(clients / (base.clients.length * (limits.length + 1)));
  const runs = Math.max(leastRuns, Math.min(mostRuns, affordable));
  const replicates = Array.from({ length: runs }, (_, at) => reseeded(base, `${scenario.seed}/${at}`));
  const summaries: RunSummary[] = [];
  for (const replicate of replicates) {
    if (elapsed() > withinMs) return leftOut(tooSlow);
    summaries.push(await summaryOf(replicate));
  }
  if (summaries.some(({ endedAfterMs }) => endedAfterMs === null))
    return leftOut('the simulated campaign does not end by itself');
  const found: Parameters<typeof rankGains>[0][number][] = [];
  for (const { key, limit } of limits) {
    const without: RunSummary[] = [];
    for (const replicate of replicates) {
      if (elapsed() > withinMs) return leftOut(tooSlow);
      const eased = limitsOf(replicate).find((each) => each.key === key)?.without ?? replicate;
      without.push(await summaryOf(eased));
    }
    const [gain] = gainsOf(summaries, [{ limit, runs: without }]);
    const within = partOf[key] === undefined ? {} : { within: partOf[key] };
    if (gain !== undefined)
      found.push({ limits: [{ key, ...within }], gain: { ...gain, says: gainWords([{ limit }], gain) } });
  }
  const gains = rankGains(found);
  return { says: gains[0]?.says ?? nothingBinds, because: null, limits: gains, tried };
}

/** A smaller fleet has whole logon servers, and one may be large; null = it is small enough. */
const whyTooLarge = ({ clients }: Scenario, most: number): string | null =>
  clients.length > 2 * most ? 'its logon servers are too large to leave some of them out' : null;

const tooSlow = 'it takes too long on this machine';

const leftOut = (because: string): BindsStatus => ({ says: null, because, limits: [], tried: [] });
