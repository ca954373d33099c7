import { z } from 'zod';
import { readEvidence } from '../../audit/evidence.ts';
import type { OrchestratorContext } from '../../context.ts';
import { notFound } from '../../refusal.ts';
import { err, ok } from '../../../shared/errors.ts';
import { answer, answers, type Api } from '../responses.ts';
import { evidenceAnswer, sha256Schema } from '../schemas/audit.ts';

/** The texts on which decisions stand, by their SHA-256. */
export function evidenceRoutes(app: Api, { store, archive, contents }: OrchestratorContext): void {
  app.get(
    '/v1/evidence/:sha256',
    { schema: { params: z.strictObject({ sha256: sha256Schema }), response: answers(evidenceAnswer) } },
    async ({ params: { sha256 } }, reply) => {
      const options = { contents, gone: reply.callerGone };
      const text = (await readEvidence(store, archive, [sha256], options)).get(sha256);
      return answer(
        reply,
        text === undefined
          ? err(notFound('evidence', sha256, ', in Redis or in the audit files of this orchestrator'))
          : ok({ sha256, text }),
      );
    },
  );
}
