import packageJson from '../../../package.json' with { type: 'json' };
import { fleetBytesAtMost } from '../../../shared/input/input-text.ts';
import {
  fileBody,
  fleetQuery,
  healthAnswer,
  jsonLimit,
  leaderAnswer,
  reasonBody,
  releaseParams,
  stageBody,
} from '../schemas/requests.ts';
import {
  fleetAnswer,
  fleetImportAnswer,
  releasesAnswer,
  releaseServersAnswer,
  stagedAnswer,
  withdrawnAnswer,
} from '../schemas/clients.ts';
import { readServers } from '../../releases/copies/servers.ts';
import { importFleet } from '../../fleet/import.ts';
import type { OrchestratorContext } from '../../context.ts';
import { stageRelease } from '../../releases/stage-release.ts';
import { withdrawRelease } from '../../releases/withdraw.ts';
import { answer, answers } from '../responses.ts';
import type { Api } from '../typed-app.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { listFleet } from '../../fleet/clients.ts';

/** Health, who leads, the fleet and the releases. */
export function fleetRoutes(app: Api, context: OrchestratorContext): void {
  app.get('/v1/health', { config: { open: true }, schema: { response: answers(healthAnswer) } }, async () => {
    // Health fails when the records are unavailable: an orchestrator without them helps no
    // operator.
    await context.store.fleetSize();
    return { version: packageJson.version, now: isoOf(context.clock.now()) };
  });

  app.get('/v1/leader', { schema: { response: answers(leaderAnswer) } }, async () => {
    const leader = await context.store.leader();
    return { leader: leader === null ? null : { ...leader, until: isoOf(leader.until) } };
  });

  app.post(
    '/v1/fleet',
    {
      bodyLimit: jsonLimit(fleetBytesAtMost),
      schema: { body: fileBody, response: answers(fleetImportAnswer) },
    },
    async (request, reply) => answer(reply, await importFleet(context, request.who, request.body)),
  );

  app.get(
    '/v1/fleet',
    { schema: { querystring: fleetQuery, response: answers(fleetAnswer) } },
    async ({ query }) => listFleet(context, query),
  );

  app.post(
    '/v1/releases',
    { schema: { body: stageBody, response: answers(stagedAnswer) } },
    async (request, reply) => answer(reply, await stageRelease(context, request.who, request.body)),
  );

  app.post(
    '/v1/releases/:release/withdraw',
    { schema: { params: releaseParams, body: reasonBody, response: answers(withdrawnAnswer) } },
    async ({ who, params, body }, reply) =>
      answer(reply, await withdrawRelease(context, who, params.release, body.reason)),
  );

  app.get(
    '/v1/releases/:release/servers',
    { schema: { params: releaseParams, response: answers(releaseServersAnswer) } },
    async ({ params }, reply) => answer(reply, await readServers(context, params.release)),
  );

  app.get('/v1/releases', { schema: { response: answers(releasesAnswer) } }, async () => ({
    releases: await context.store.releases(),
  }));
}
