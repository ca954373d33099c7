import type { OrchestratorContext } from '../../context.ts';
import { reachesEntry } from '../../domain/narrowing.ts';
import { answerQuestion, openQuestions, retractRequest } from '../../requests/inbox.ts';
import { everything } from '../access/principal.ts';
import { answer, answers, type Api } from '../responses.ts';
import {
  approvalAnswer,
  approvalBody,
  approvalsAnswer,
  approvalsQuery,
  retractBody,
} from '../schemas/approvals.ts';
import { ok } from '../../../shared/errors.ts';

/** Questions that wait for a person, and what the person answers. */
export function approvalRoutes(app: Api, context: OrchestratorContext): void {
  app.get(
    '/v1/approvals',
    { schema: { querystring: approvalsQuery, response: answers(approvalsAnswer) } },
    async ({ query, seen, who, principal }, reply) => {
      const found = await openQuestions(seen, who, query.campaign ?? null);
      if (!found.ok) return answer(reply, found);
      const { narrowing } = principal ?? { narrowing: everything };
      const approvals = found.value.filter((question) => reachesEntry(narrowing, question));
      return answer(reply, ok({ approvals }));
    },
  );

  app.post(
    '/v1/approvals',
    { schema: { body: approvalBody, response: answers(approvalAnswer) } },
    async ({ who, body }, reply) => answer(reply, await answerQuestion(context, who, body)),
  );

  app.post(
    '/v1/approvals/retract',
    { schema: { body: retractBody, response: answers(approvalAnswer) } },
    async ({ who, body }, reply) => answer(reply, await retractRequest(context, who, body)),
  );
}
