import { withNextStep } from '../../campaigns/after-answer.ts';
import { answerApproval, openApprovals } from '../../campaigns/approvals.ts';
import type { OrchestratorContext } from '../../context.ts';
import { reachesEntry } from '../../domain/narrowing.ts';
import { everything } from '../access/principal.ts';
import { answer, answers, type Api } from '../responses.ts';
import { approvalAnswer, approvalBody, approvalsAnswer, approvalsQuery } from '../schemas/approvals.ts';
import { ok } from '../../../shared/errors.ts';

/** Questions that wait for a person, and what the person answers. */
export function approvalRoutes(app: Api, context: OrchestratorContext): void {
  app.get(
    '/v1/approvals',
    { schema: { querystring: approvalsQuery, response: answers(approvalsAnswer) } },
    async ({ query, seen, principal }, reply) => {
      const found = await openApprovals(seen, query.campaign ?? null);
      if (!found.ok) return answer(reply, found);
      const { narrowing } = principal ?? { narrowing: everything };
      const approvals = found.value.filter((question) => reachesEntry(narrowing, question));
      return answer(reply, ok({ approvals }));
    },
  );

  app.post(
    '/v1/approvals',
    { schema: { body: approvalBody, response: answers(approvalAnswer) } },
    async ({ who, body }, reply) =>
      answer(reply, await withNextStep(context, await answerApproval(context, who, body))),
  );
}
