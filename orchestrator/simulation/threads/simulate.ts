import { ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { answerOf, type SimulationAnswer } from '../answer.ts';
import { planReplicates } from '../replicates.ts';
import { runScenario, startScenario } from '../scenario.ts';
import { assumptionsOf, scenarioOfFile, type SimulationOrder } from '../simulate-file.ts';
import { TimelineObserver } from '../timeline.ts';
import { summariesOf } from './pool.ts';

/**
 * Simulates a campaign file: once with everything that is said of it, and its replicates and
 * variants beside it in threads. The same order gives the same answer.
 * @param replicates how many; undefined = as many as make sense for the size of the fleet
 */
export async function simulateFile(
  order: SimulationOrder,
  replicates?: number,
): Promise<Result<SimulationAnswer, Refusal>> {
  const read = scenarioOfFile(order);
  if (!read.ok) return read;
  const scenario = read.value;
  const plan = planReplicates(scenario, replicates);
  const beside = summariesOf([...plan.replicates, ...plan.variants.flatMap(({ scenarios }) => scenarios)]);
  // A failure is thrown where the summaries are awaited.
  beside.catch(() => undefined);
  const started = startScenario(scenario);
  const observer = new TimelineObserver(started.campaign, started.startAt);
  const simulated = await runScenario(scenario, started, observer);
  const summaries = await beside;
  let next = plan.replicates.length;
  const variants = plan.variants.map(({ limit, scenarios }) => {
    const runs = summaries.slice(next, next + scenarios.length);
    next += scenarios.length;
    return { limit, runs };
  });
  const assumptions = assumptionsOf(order, scenario);
  const own = summaries.slice(0, plan.replicates.length);
  return ok(
    answerOf({ scenario, started, simulated, observer, plan, replicates: own, variants, assumptions }),
  );
}
