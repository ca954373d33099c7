import { fault } from '../../../shared/errors.ts';
import type { OrchestratorContext } from '../../context.ts';
import { refuse } from '../problems.ts';
import { type Api, answers } from '../responses.ts';
import { livesAnswer, readyAnswer } from '../schemas/orchestrator.ts';

/**
 * What a load balancer or a supervisor asks, without a token and without details:
 * `/v1/doctor` has them.
 */
export function probeRoutes(app: Api, context: OrchestratorContext): void {
  // It asks nobody: an orchestrator that waits for Redis must not be restarted.
  app.get('/healthz', { schema: { response: answers(livesAnswer) } }, async () => ({ lives: true }));

  app.get('/readyz', { schema: { response: answers(readyAnswer) } }, async (_request, reply) => {
    if (!(await isReady(context)))
      return refuse(reply, fault('store.notReady', 'this orchestrator is not ready'));
    return { ready: true, role: context.leads?.() === true ? ('leading' as const) : ('standby' as const) };
  });
}

/** Redis has the records and takes changes, and the audit files can be written. */
async function isReady({ store, auditTrouble }: OrchestratorContext): Promise<boolean> {
  if ((auditTrouble?.() ?? null) !== null) return false;
  try {
    await store.checkRecords();
    await store.checkWritable();
    return true;
  } catch {
    // Why, the log and `/v1/doctor` say.
    return false;
  }
}
