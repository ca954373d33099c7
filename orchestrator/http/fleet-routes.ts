import packageJson from '../../package.json' with { type: 'json' };
import { isoOf } from '../../shared/domain/restart.ts';
import { fleetBytesAtMost } from '../../shared/input/input-text.ts';
import {
  fileBody,
  fleetQuery,
  healthAnswer,
  leaderAnswer,
  reasonBody,
  releaseParams,
  stageBody,
} from '../../shared/protocol.ts';
import {
  fleetAnswer,
  fleetImportAnswer,
  releasesAnswer,
  releaseServersAnswer,
  stagedAnswer,
  withdrawnAnswer,
} from '../../shared/protocol/clients.ts';
import { readServers } from '../copies/servers.ts';
import { importFleet, listFleet } from '../fleet.ts';
import type { Office } from '../office.ts';
import { stage } from '../releases/releases.ts';
import { withdrawRelease } from '../releases/withdraw.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import { jsonLimit } from './json-limit.ts';
import type { Api } from './typed-app.ts';

/** Health, who leads, the fleet and the releases. */
export function fleetRoutes(app: Api, office: Office): void {
  app.get('/v1/health', { config: { open: true }, schema: { response: answers(healthAnswer) } }, async () => {
    // Nobody is helped by an orchestrator that runs without its records: this fails when they are away.
    await office.store.fleetSize();
    return { version: packageJson.version, now: isoOf(office.clock.now()) };
  });

  app.get('/v1/leader', { schema: { response: answers(leaderAnswer) } }, async () => {
    const leader = await office.store.leader();
    return { leader: leader === null ? null : { ...leader, until: isoOf(leader.until) } };
  });

  app.post(
    '/v1/fleet',
    {
      bodyLimit: jsonLimit(fleetBytesAtMost),
      schema: { body: fileBody, response: answers(fleetImportAnswer) },
    },
    async (request, reply) => answer(reply, await importFleet(office, request.who, request.body)),
  );

  app.get(
    '/v1/fleet',
    { schema: { querystring: fleetQuery, response: answers(fleetAnswer) } },
    async ({ query }) => listFleet(office, query),
  );

  app.post(
    '/v1/releases',
    { schema: { body: stageBody, response: answers(stagedAnswer) } },
    async (request, reply) => answer(reply, await stage(office, request.who, request.body)),
  );

  app.post(
    '/v1/releases/:release/withdraw',
    { schema: { params: releaseParams, body: reasonBody, response: answers(withdrawnAnswer) } },
    async ({ who, params, body }, reply) =>
      answer(reply, await withdrawRelease(office, who, params.release, body.reason)),
  );

  app.get(
    '/v1/releases/:release/servers',
    { schema: { params: releaseParams, response: answers(releaseServersAnswer) } },
    async ({ params }, reply) => answer(reply, await readServers(office, params.release)),
  );

  app.get('/v1/releases', { schema: { response: answers(releasesAnswer) } }, async () => ({
    releases: await office.store.releases(),
  }));
}
