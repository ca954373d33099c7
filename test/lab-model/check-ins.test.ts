import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { mondayAtFive, release } from './one-machine.ts';

const rows = Array.from({ length: 80 }, (_, n) => ({
  client: `PC ${n}`,
  host: `pc${n}`,
  logonServer: 'LS1',
  zone: 'UTC',
  role: 'workstation' as const,
}));

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

async function orchestrator(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A fleet whose first morning comes within a tenth of a second. */
async function fleetThatChecksInAt(url: string): Promise<Fleet> {
  const clock = labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 200_000 });
  const checkIn = { url, token: 'secret' };
  const fleet = await startFleet({
    rows,
    seed: 'check-ins',
    release,
    startedAt: mondayAtFive,
    clock,
    checkIn,
  });
  open.push(fleet);
  return fleet;
}

describe('the logon script', () => {
  it('posts what Smsrun32 said, with its token, for the client that ran it', async () => {
    const { promise, resolve } = Promise.withResolvers<{ request: IncomingMessage; body: string }>();
    const url = await orchestrator((request, response) => {
      void text(request).then((body) => {
        response.end();
        resolve({ request, body });
      });
    });
    await fleetThatChecksInAt(url);
    const { request, body } = await promise;
    expect(request.method).toBe('POST');
    expect(request.url).toMatch(/^\/v1\/clients\/PC%20\d+\/checkin$/);
    expect(request.headers.authorization).toBe('Bearer secret');
    expect(JSON.parse(body)).toEqual({ transcript: expect.stringMatching(/^Reading configuration\.{3}/) });
  });

  it('has no more than 20 posts on their way at once', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const { promise: allCame, resolve } = Promise.withResolvers<void>();
    let came = 0;
    const url = await orchestrator((_request, response) => {
      most = Math.max(most, waiting.push(response));
      if (++came >= 40) resolve();
      // Answers the whole batch only when it is as large as it gets.
      if (waiting.length >= 20) setImmediate(() => waiting.splice(0).forEach((each) => each.end()));
    });
    await fleetThatChecksInAt(url);
    await allCame;
    expect(most).toBe(20);
  });

  it('does not mind an orchestrator that refuses or is not there: it counts', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let came = 0;
    const url = await orchestrator((_request, response) => {
      response.statusCode = 503;
      response.end();
      if (++came > 20) resolve();
    });
    const refused = await fleetThatChecksInAt(url);
    await promise;
    const { checkIns } = await refused.summary();
    expect(checkIns.posted).toBe(0);
    expect(checkIns.failed).toBeGreaterThan(0);
  });
});
