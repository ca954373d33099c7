import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { answerOf, type SimulationAnswer } from '../answer.ts';
import { planReplicates } from '../replicates.ts';
import type { Scenario } from '../scenario.ts';
import { assumptionsOf, scenarioOfFile, type SimulationOrder } from '../simulate-file.ts';
import { thinned } from '../thinning.ts';
import { runAll } from './pool.ts';

/**
 * Simulates a campaign file: once with everything that is said of it, and its replicates and
 * variants beside it. The same order gives the same answer, on however many threads.
 * @param replicates how many; undefined = as many as make sense for the size of the fleet
 * @param threads how many simulate; undefined = as many as pay, 0 = only this one
 */
export async function simulateFile(
  order: SimulationOrder,
  replicates?: number,
  threads?: number,
): Promise<Result<SimulationAnswer, Refusal>> {
  const read = scenarioOfFile(order);
  if (!read.ok) return read;
  const small = smallEnough(read.value, order.clientsAtMost);
  if (!small.ok) return small;
  const { scenario, says } = small.value;
  const plan = planReplicates(scenario, replicates);
  const runs = await runAll(scenario, plan, threads);
  const assumptions = [...assumptionsOf(order, scenario), ...says];
  const isModel = 'count' in order.fleet;
  return ok(answerOf({ scenario, plan, ...runs, assumptions, isModel }));
}

/** A fleet for which no smaller one can stand is simulated whole up to this number of clients. */
const wholeAtMost = 3_000;

/** A scenario of at most about so many clients, and in words what it stands for. */
function smallEnough(
  scenario: Scenario,
  clientsAtMost: number | undefined,
): Result<{ readonly scenario: Scenario; readonly says: readonly string[] }, Refusal> {
  const { length } = scenario.clients;
  if (clientsAtMost === undefined || length <= clientsAtMost) return ok({ scenario, says: [] });
  const small = thinned(scenario, clientsAtMost);
  if (small.scenario !== null) return ok({ scenario: small.scenario, says: [small.says] });
  if (length <= wholeAtMost) return ok({ scenario, says: [] });
  return err(
    fault(
      'campaign.simulation',
      `${length} clients take too long: ${small.because}; run: servpack campaign simulate FILE --from-looks`,
    ),
  );
}
