import { Readable } from 'node:stream';
import { clientParams } from '../../shared/protocol.ts';
import { auditQuery, auditShowAnswer, exportQuery, verifyAnswer } from '../../shared/protocol/audit.ts';
import { exportAudit, showAudit, verifyOwn } from '../audit/answers.ts';
import type { Office } from '../office.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import { textTypes } from './text-types.ts';
import type { Api } from './typed-app.ts';

/** What was done, to whom, by whom and why; and whether the files still say so. */
export function auditRoutes(app: Api, office: Office): void {
  app.get(
    '/v1/audit/clients/:client',
    { schema: { params: clientParams, querystring: auditQuery, response: answers(auditShowAnswer) } },
    async ({ params, query }, reply) => answer(reply, await showAudit(office, params.client, query.evidence)),
  );

  app.get('/v1/audit/export', { schema: { querystring: exportQuery } }, async ({ query }, reply) =>
    reply.type(textTypes[query.format]).send(Readable.from(exportAudit(office, query))),
  );

  app.get('/v1/audit/verify', { schema: { response: answers(verifyAnswer) } }, async (_request, reply) =>
    answer(reply, await verifyOwn(office)),
  );
}
