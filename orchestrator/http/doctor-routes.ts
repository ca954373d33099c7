import { doctorAnswer, sampleAnswer, sampleQuery } from '../../shared/protocol/doctor.ts';
import { diagnose, type Premises } from '../doctor/diagnose.ts';
import { sampleOf } from '../doctor/sample.ts';
import type { Office } from '../office.ts';
import { answers } from './answers.ts';
import type { Api } from './typed-app.ts';

/** The orchestrator's part of the preflight. It answers while Redis is away, too. */
export function doctorRoutes(app: Api, office: Office, premises: Premises | null): void {
  app.get('/v1/doctor', { schema: { response: answers(doctorAnswer) } }, async () => ({
    checks: await diagnose(office, premises),
  }));

  app.get(
    '/v1/fleet/sample',
    { schema: { querystring: sampleQuery, response: answers(sampleAnswer) } },
    async ({ query }) => sampleOf(office.store, query.count, query.seed),
  );
}
