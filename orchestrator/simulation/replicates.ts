import { counted } from '../domain/counted.ts';
import { type Limit, limitsOf } from './limits.ts';
import type { Scenario } from './scenario.ts';
import { thinned } from './thinning.ts';

/** What is simulated besides the campaign itself, and why no more of it. */
export interface ReplicatePlan {
  /** The same campaign with other seeds. */
  readonly replicates: readonly Scenario[];
  /** By limit: the first replicates without it. */
  readonly variants: readonly { readonly limit: string; readonly scenarios: readonly Scenario[] }[];
  /** On which fleet, in words. */
  readonly fleet: string;
  /** The replicates have all clients, and not a smaller fleet. */
  readonly isWhole: boolean;
  /** Why P90 is not said; null = it is. */
  readonly noP90: string | null;
}

/** Fewer replicates say nothing about one case of ten. */
const leastForP90 = 10;
const replicatesAtMost = 20;
const variantRunsAtMost = 4;
const leastVariantRuns = 3;
/** A fleet of so many clients is simulated whole in every replicate. */
const wholeAtMost = 1_500;
/** So many clients are simulated in all replicates together, and in all variants together. */
const clientsInReplicates = 30_000;
const clientsInVariants = 20_000;

/**
 * Plans the replicates of a scenario by its size alone, so that the same file gives the same
 * answer on every machine.
 * @param asked how many replicates; undefined = as many as make sense
 */
export function planReplicates(scenario: Scenario, asked?: number): ReplicatePlan {
  const small = thinned(scenario, wholeAtMost);
  const base = small.scenario ?? scenario;
  const size = Math.max(1, base.clients.length);
  const possible = Math.floor(clientsInReplicates / size);
  // A smaller fleet was chosen so that P90 can be said: it is never so large that this costs much.
  const least = small.scenario === null ? 2 : leastForP90;
  const count = asked ?? Math.max(least, Math.min(replicatesAtMost, possible));
  const withSeed = (one: Scenario, number: number): Scenario => reseeded(one, `${scenario.seed}/${number}`);
  const replicates = Array.from({ length: count }, (_, number) => withSeed(base, number));
  const limits = limitsOf(scenario);
  const runs = Math.min(
    count,
    Math.max(
      leastVariantRuns,
      Math.min(variantRunsAtMost, Math.floor(clientsInVariants / (size * Math.max(1, limits.length)))),
    ),
  );
  const isTooMuch = small.scenario === null && size * runs * limits.length > 4 * clientsInVariants;
  const variants = runs < 2 || isTooMuch ? [] : variantsOf(limits, replicates.slice(0, runs));
  return {
    replicates,
    variants,
    fleet: small.scenario === null ? 'the whole fleet' : small.says,
    isWhole: base.clients.length === scenario.clients.length,
    noP90: whyNoP90(count, small),
  };
}

/**
 * Each of the replicates without each of the limits. One that does not have it, or that it can
 * never hold up, stays the same object: it is not simulated a second time.
 */
function variantsOf(limits: readonly Limit[], replicates: readonly Scenario[]): ReplicatePlan['variants'] {
  const own = replicates.map(
    (scenario) => new Map(limitsOf(scenario).map((each) => [each.key, each.without])),
  );
  return limits.map(({ key, limit }) => ({
    limit,
    scenarios: replicates.map((scenario, at) =>
      canHoldUp(key, scenario) ? (own[at]?.get(key) ?? scenario) : scenario,
    ),
  }));
}

/** A logon server never has more slots in use than the whole campaign may have. */
function canHoldUp(key: string, { definition: { budgets } }: Scenario): boolean {
  return key !== 'perLogonServer' || budgets.perLogonServer < budgets.active;
}

function whyNoP90(count: number, small: ReturnType<typeof thinned>): string | null {
  if (count >= leastForP90) return null;
  const few = `${counted(count, 'replicate')} ${count === 1 ? 'is' : 'are'} too few to say P90`;
  return small.scenario === null ? `${few}, and a smaller fleet would be another one: ${small.because}` : few;
}

/** Other machines and users, and another order of the clients. */
export const reseeded = (scenario: Scenario, seed: string): Scenario => ({
  ...scenario,
  seed,
  definition: { ...scenario.definition, seed },
});
