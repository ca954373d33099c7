import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { troubleOf } from '../../../shared/log.ts';
import { servpackVersion } from '../../../shared/version.ts';
import type { OrchestratorContext } from '../../context.ts';
import { diagnose, type Environment } from '../../doctor/diagnose.ts';
import { type Api, answers } from '../responses.ts';
import { doctorAnswer, healthAnswer, leaderAnswer } from '../schemas/orchestrator.ts';

/** Health, who leads, and the orchestrator's part of the preflight. */
export function orchestratorRoutes(
  app: Api,
  context: OrchestratorContext,
  environment: Environment | null,
): void {
  app.get('/v1/health', { config: { open: true }, schema: { response: answers(healthAnswer) } }, async () => {
    // Each throws: an orchestrator without its records, or with records that it cannot change, is
    // not healthy.
    await context.store.checkRecords();
    await context.store.checkWritable();
    const log = troubleOf(context.log);
    const audit = context.auditTrouble?.() ?? null;
    return {
      version: servpackVersion,
      now: isoOf(context.clock.now()),
      ...(log === null ? {} : { log }),
      ...(audit === null ? {} : { audit: { because: audit } }),
    };
  });

  app.get('/v1/leader', { schema: { response: answers(leaderAnswer) } }, async () => {
    const leader = await context.store.leader();
    return { leader: leader === null ? null : { ...leader, until: isoOf(leader.until) } };
  });

  // The preflight answers while Redis is unavailable: it says so.
  app.get(
    '/v1/doctor',
    { config: { needsNoRecords: true }, schema: { response: answers(doctorAnswer) } },
    async () => ({
      checks: await diagnose(context, environment),
    }),
  );
}
