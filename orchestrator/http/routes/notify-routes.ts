import type { OrchestratorContext } from '../../context.ts';
import { readNoticeLog, redeliver, testDestinations } from '../../notify/requests.ts';
import { answer, answers, type Api } from '../responses.ts';
import {
  destinationBody,
  messageParams,
  noticeLogAnswer,
  notifyTestAnswer,
  redeliveryAnswer,
} from '../schemas/notify.ts';

/** Messages about campaigns: a test, what became of them, and one of them once more. */
export function notifyRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/notify/test',
    { schema: { body: destinationBody, response: answers(notifyTestAnswer) } },
    async ({ who, body }, reply) => {
      const tested = await testDestinations(context, who, body.destination ?? null);
      return answer(reply, tested.ok ? { ok: true, value: { results: tested.value } } : tested);
    },
  );

  app.get('/v1/notify/log', { schema: { response: answers(noticeLogAnswer) } }, async (_request, reply) =>
    answer(reply, await readNoticeLog(context)),
  );

  app.post(
    '/v1/notify/messages/:message/redeliver',
    { schema: { params: messageParams, body: destinationBody, response: answers(redeliveryAnswer) } },
    async ({ who, params, body }, reply) =>
      answer(reply, await redeliver(context, who, params.message, body.destination ?? null)),
  );
}
