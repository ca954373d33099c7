import type { OrchestratorContext } from '../../context.ts';
import { listServerLimits, setServerLimit } from '../../fleet/server-limits.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { answer, answers, type Api } from '../responses.ts';
import { serverLimitBody, serverLimitsAnswer } from '../schemas/server-limits.ts';

/** Limits of logon servers over all campaigns. */
export function serverLimitRoutes(app: Api, context: OrchestratorContext): void {
  const present = async () => ({
    limits: (await listServerLimits(context)).map((limit) => ({ ...limit, at: isoOf(limit.at) })),
  });

  app.get('/v1/server-limits', { schema: { response: answers(serverLimitsAnswer) } }, present);

  app.post(
    '/v1/server-limits',
    { schema: { body: serverLimitBody, response: answers(serverLimitsAnswer) } },
    async ({ who, body }, reply) => {
      const done = await setServerLimit(context, who, body);
      return done.ok ? present() : answer(reply, done);
    },
  );
}
