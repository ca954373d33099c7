import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { hour, mondayAtFive, release } from './one-machine.ts';

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

describe('the logon script of the lab', () => {
  it('posts the output of Smsrun32 with the token of its client', async () => {
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

  it('posts every morning', async () => {
    const posts = new Map<string, number>();
    const { promise, resolve } = Promise.withResolvers<void>();
    const url = await orchestrator((request, response) => {
      const count = (posts.get(request.url ?? '') ?? 0) + 1;
      posts.set(request.url ?? '', count);
      response.end();
      if (count === 3) resolve();
    });
    await fleetThatChecksInAt(url);
    await expect(promise).resolves.toBeUndefined();
  });

  it('has at most 20 posts under way', async () => {
    const waiting: ServerResponse[] = [];
    const { promise: allCame, resolve } = Promise.withResolvers<void>();
    let [most, came, isAnswering] = [0, 0, false];
    const url = await orchestrator((_request, response) => {
      most = Math.max(most, waiting.push(response));
      if (++came >= rows.length) resolve();
      if (isAnswering) waiting.shift()?.end();
    });
    const fleet = await fleetThatChecksInAt(url);
    const everyClientWants = async () => (await fleet.truth()).clients.every(({ checkIns }) => checkIns > 0);
    while (waiting.length < 20 || !(await everyClientWants())) await nextTurn();
    isAnswering = true;
    waiting.shift()?.end();
    await allCame;
    expect(most).toBe(20);
  });

  it('posts nothing from before the start of the lab', async () => {
    // The lab starts on a Tuesday, after the logons of a Monday.
    const startedAt = mondayAtFive + 24 * hour;
    const clock = labClock({ labAt: startedAt, realAt: Date.now(), speed: 1 });
    const checkIn = { url: 'http://127.0.0.1:1', token: '' };
    const fleet = await startFleet({ rows, seed: 'check-ins', release, startedAt, clock, checkIn });
    open.push(fleet);
    expect((await fleet.truth()).clients.map(({ checkIns }) => checkIns)).toEqual(rows.map(() => 0));
  });

  it('counts posts that an orchestrator refuses or does not answer', async () => {
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
