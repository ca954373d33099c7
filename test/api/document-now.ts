import { pino } from 'pino';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { buildApi } from '../../orchestrator/http/api.ts';
import type { OpenApiDocument } from '../../orchestrator/http/contract/document-types.ts';

/** The OpenAPI document as an orchestrator of this version serves it. */
export async function documentNow(): Promise<OpenApiDocument> {
  const log = pino({ level: 'silent' });
  const app = buildApi({ log } as OrchestratorContext, { token: 'only-to-describe-the-routes', log });
  const answer = await app.inject('/v1/openapi.json');
  await app.close();
  if (answer.statusCode !== 200) throw new Error(`the document is answered with ${answer.statusCode}`);
  return answer.json();
}
