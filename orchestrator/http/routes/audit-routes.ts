import { Readable } from 'node:stream';
import { clientParams } from '../schemas/fields.ts';
import {
  auditPage,
  auditPageQuery,
  auditQuery,
  auditShowAnswer,
  exportQuery,
  proofAnswer,
  verifyAnswer,
} from '../schemas/audit.ts';
import { clientProof } from '../../audit/proof/client-proof.ts';
import { exportAudit, showAudit, verifyOwn } from '../../audit/responses.ts';
import { everything } from '../access/principal.ts';
import { type NamedInEntry, reachesEntry } from '../../domain/narrowing.ts';
import { listAudit, pageAudit } from '../../audit/page-audit.ts';
import { answerInForm, sendList } from '../lists.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answer, answers, type Api, textTypes } from '../responses.ts';

/** What was done, to whom, by whom and why; and whether the files still say so. */
export function auditRoutes(app: Api, context: OrchestratorContext): void {
  app.get(
    '/v1/audit/clients/:client',
    { schema: { params: clientParams, querystring: auditQuery, response: answers(auditShowAnswer) } },
    async ({ params, query, principal }, reply) => {
      const narrowing = principal?.narrowing ?? everything;
      const isSeen = (entry: NamedInEntry) => reachesEntry(narrowing, entry);
      return answer(reply, await showAudit(context, params.client, query.evidence, isSeen, reply.callerGone));
    },
  );

  app.get(
    '/v1/audit',
    { schema: { querystring: auditPageQuery, response: answers(auditPage) } },
    async (request, reply) => {
      const { format, ...query } = request.query;
      const narrowing = request.principal?.narrowing ?? everything;
      const isSeen = (entry: NamedInEntry) => reachesEntry(narrowing, entry);
      const { limit: _, ...filter } = query;
      return answerInForm(request, reply, format, {
        document: async () => sendList(reply, await pageAudit(context, query, isSeen)),
        lines: (form) => listAudit(context, filter, form, isSeen),
      });
    },
  );

  app.get(
    '/v1/audit/clients/:client/proof',
    { schema: { params: clientParams, response: answers(proofAnswer) } },
    async ({ params }, reply) => answer(reply, await clientProof(context, params.client, reply.callerGone)),
  );

  app.get('/v1/audit/export', { schema: { querystring: exportQuery } }, async ({ query }, reply) =>
    reply.type(textTypes[query.format]).send(Readable.from(exportAudit(context, query))),
  );

  app.get('/v1/audit/verify', { schema: { response: answers(verifyAnswer) } }, async (_request, reply) =>
    answer(reply, await verifyOwn(context)),
  );
}
