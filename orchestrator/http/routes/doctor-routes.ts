import { doctorAnswer, sampleAnswer, sampleQuery } from '../schemas/doctor.ts';
import { diagnose, type Environment } from '../../doctor/diagnose.ts';
import { sampleOf } from '../../doctor/sample.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answers } from '../responses.ts';
import type { Api } from '../typed-app.ts';

/** The orchestrator's part of the preflight. It also answers while Redis is unavailable. */
export function doctorRoutes(app: Api, context: OrchestratorContext, environment: Environment | null): void {
  app.get('/v1/doctor', { schema: { response: answers(doctorAnswer) } }, async () => ({
    checks: await diagnose(context, environment),
  }));

  app.get(
    '/v1/fleet/sample',
    { schema: { querystring: sampleQuery, response: answers(sampleAnswer) } },
    async ({ query }) => sampleOf(context.store, query.count, query.seed),
  );
}
