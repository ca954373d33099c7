import type { OrchestratorContext } from '../../context.ts';
import { readServers } from '../../releases/copies/servers.ts';
import { stageRelease } from '../../releases/stage-release.ts';
import { commandWithdraw } from '../../requests/commands.ts';
import { ok } from '../../../shared/errors.ts';
import { named, pageOfWhole } from '../../lists/whole-list.ts';
import { sendList } from '../lists.ts';
import { type Api, answer, answerCommand, answers, commandAnswers } from '../responses.ts';
import { pageQuery } from '../schemas/lists.ts';
import { reasonBody } from '../schemas/fields.ts';
import {
  releaseParams,
  releasesAnswer,
  releaseServersAnswer,
  stageBody,
  stagedAnswer,
  withdrawnAnswer,
} from '../schemas/releases.ts';

/** Releases: staging, withdrawing, and the copies on the logon servers. */
export function releaseRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/releases',
    { schema: { body: stageBody, response: answers(stagedAnswer) } },
    async ({ who, acting, body }, reply) => answer(reply, await stageRelease(acting, who, body)),
  );

  app.post(
    '/v1/releases/:release/withdraw',
    { schema: { params: releaseParams, body: reasonBody, response: commandAnswers(withdrawnAnswer) } },
    async ({ who, params, body }, reply) =>
      answerCommand(reply, await commandWithdraw(context, who, params.release, body.reason)),
  );

  app.get(
    '/v1/releases/:release/servers',
    { schema: { params: releaseParams, response: answers(releaseServersAnswer) } },
    async ({ params, seen }, reply) => answer(reply, await readServers(seen, params.release)),
  );

  app.get(
    '/v1/releases',
    { schema: { querystring: pageQuery, response: answers(releasesAnswer) } },
    async ({ query }, reply) => {
      const releases = await context.store.releases();
      const page = pageOfWhole(['releases'], releases, ({ release }) => release, query);
      return page.ok ? sendList(reply, ok(named('releases', page.value))) : answer(reply, page);
    },
  );
}
