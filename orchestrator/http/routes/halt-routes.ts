import { reasonBody, resumeBody } from '../schemas/fields.ts';
import { haltAnswer } from '../schemas/campaigns.ts';
import { readHalted } from '../../campaigns/report.ts';
import { haltAll, unhaltAll } from '../../campaigns/halt.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answer, answers, type Api } from '../responses.ts';

/** Halting every campaign, and ending the halt. */
export function haltRoutes(app: Api, context: OrchestratorContext): void {
  const halted = async () => ({ halted: await readHalted(context) });

  app.get('/v1/halt', { schema: { response: answers(haltAnswer) } }, halted);

  app.post(
    '/v1/halt',
    { schema: { body: reasonBody, response: answers(haltAnswer) } },
    async ({ who, body }, reply) => {
      const done = await haltAll(context, who, body.reason);
      return done.ok ? halted() : answer(reply, done);
    },
  );

  app.post(
    '/v1/unhalt',
    { schema: { body: resumeBody, response: answers(haltAnswer) } },
    async ({ who, body }, reply) => {
      const done = await unhaltAll(context, who, body ?? { override: false });
      return done.ok ? halted() : answer(reply, done);
    },
  );
}
