import { reasonBody, resumeBody } from '../../shared/protocol.ts';
import { haltAnswer } from '../../shared/protocol/campaigns.ts';
import { readHalted } from '../campaigns/report.ts';
import { haltAll, unhaltAll } from '../halt.ts';
import type { Office } from '../office.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import type { Api } from './typed-app.ts';

/** Everything is held, or goes on. */
export function haltRoutes(app: Api, office: Office): void {
  const halted = async () => ({ halted: await readHalted(office) });

  app.get('/v1/halt', { schema: { response: answers(haltAnswer) } }, halted);

  app.post(
    '/v1/halt',
    { schema: { body: reasonBody, response: answers(haltAnswer) } },
    async ({ who, body }, reply) => {
      const done = await haltAll(office, who, body.reason);
      return done.ok ? halted() : answer(reply, done);
    },
  );

  app.post(
    '/v1/unhalt',
    { schema: { body: resumeBody, response: answers(haltAnswer) } },
    async ({ who, body }, reply) => {
      const done = await unhaltAll(office, who, body ?? { override: false });
      return done.ok ? halted() : answer(reply, done);
    },
  );
}
