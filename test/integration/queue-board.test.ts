import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roles } from '../../orchestrator/http/contract/permissions.ts';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import { startPathProxy } from '../fixtures/path-proxy.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const place = { ...testRedis(), shards: 1 };
const connection = openQueueConnection(place.url, 'producer');
const queue = new Queue('upgrades', { connection, prefix: queuePrefix(place.prefix, 0) });
const job = 'sp4.pc-1.1';

let orchestrator: SmallOrchestrator;

beforeAll(async () => {
  const store = unwrapped(await openRedisStore(place));
  orchestrator = await startSmallOrchestrator(store, { board: place });
  await queue.add('upgrade', {}, { jobId: job });
  await queue.add('upgrade', {}, { jobId: 'sp4.pc-2.1', delay: 3_600_000 });
});

afterAll(async () => {
  await orchestrator[Symbol.asyncDispose]();
  await queue.close();
  connection.disconnect();
});

async function ask(path: string, { method = 'GET', token = orchestrator.token } = {}) {
  const response = await fetch(`${orchestrator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const named: Readonly<Record<string, string>> = {
  queueName: 'upgrades',
  jobId: job,
  queueStatus: 'delayed',
  schedulerId: 'x-1',
};
/** Every path that bull-board has, and every path of its page. */
const paths = [
  ...new Set([appRoutes.entryPoint, ...appRoutes.api].flatMap(({ route }) => [route].flat())),
].map((path) => `/queues${path.replaceAll(/:(\w+)/g, (_all, name: string) => named[name] ?? 'x-1')}`);

/** All that the queue holds. */
const held = async (): Promise<unknown> => [
  (await connection.keys(`${queuePrefix(place.prefix, 0)}:*`)).toSorted(),
  await queue.getJobCounts(),
  JSON.stringify((await queue.getJobs()).toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))),
  await queue.isPaused(),
  await queue.getGlobalConcurrency(),
];

describe('the board of the queues', () => {
  test('reads what is in them', async () => {
    const { text } = await ask('/queues/api/queues?activeQueue=upgrades&status=latest&page=1&jobsPerPage=10');
    const { queues } = JSON.parse(text) as {
      queues: readonly { name: string; readOnlyMode: boolean; jobs: readonly { id: string }[] }[];
    };
    expect(queues.map(({ name }) => name).toSorted()).toEqual(['looks', 'remediations', 'upgrades']);
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    const [own] = queues.filter(({ name }) => name === 'upgrades');
    expect(own?.jobs.map(({ id }) => id).toSorted()).toEqual([job, 'sp4.pc-2.1']);
    expect(JSON.parse((await ask(`/queues/api/queues/upgrades/${job}`)).text)).toMatchObject({
      job: { id: job },
    });
  });

  test('has no route that changes anything', async () => {
    const before = await held();
    expect(paths.length).toBeGreaterThan(25);
    const answered: string[] = [];
    for (const path of paths)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status } = await ask(path, { method });
        if (status !== 404) answered.push(`${method} ${path}: ${status}`);
      }
    expect(answered).toEqual([]);
    // Reads are answered; where a path has none, there is nothing.
    for (const path of paths)
      expect([path, [200, 404].includes((await ask(path)).status)]).toEqual([path, true]);
    expect(await held()).toEqual(before);
  });

  test('is for administrators', async () => {
    for (const role of roles) {
      const made = await orchestrator.ask('POST', '/v1/tokens', { name: role, role });
      const { token } = made.body;
      for (const path of ['/queues', '/queues/api/queues', '/queues/static/images/logo.svg']) {
        const { status } = await ask(path, { token });
        expect([role, path, status]).toEqual([role, path, role === 'administrator' ? 200 : 403]);
      }
    }
    const narrow = { name: 'narrow', role: 'administrator', campaigns: ['pune-*'] };
    const { token } = (await orchestrator.ask('POST', '/v1/tokens', narrow)).body;
    expect((await ask('/queues/api/queues', { token })).status).toBe(403);
    expect((await fetch(`${orchestrator.url}/queues`)).status).toBe(401);
  });

  test('loads nothing from another host, and serves only its own files', async () => {
    const { text, headers } = await ask('/queues');
    expect(text).not.toMatch(/(?:src|href)="https?:|<%/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    for (const [, file = ''] of text.matchAll(/(?:src|href)="(static\/[^"]+)"/g))
      expect([file, (await ask(`/queues/${file}`)).status]).toEqual([file, 200]);
    for (const file of ['../index.ejs', '..%2findex.ejs', '%2e%2e/index.ejs', '%2fetc%2fpasswd', 'js'])
      expect([file, (await ask(`/queues/static/${file}`)).status]).toEqual([file, 404]);
  });
});

test('below the path of a proxy the board and the command line find their way', async () => {
  const store = unwrapped(await openRedisStore(place));
  const paths = new Map([['servpack.example', '/servpack']]);
  await using behind = await startSmallOrchestrator(store, {
    board: place,
    hosts: ['servpack.example'],
    paths,
  });
  await using proxy = await startPathProxy('/servpack', Number(new URL(behind.url).port));
  const headers = { authorization: `Bearer ${behind.token}` };
  const baseFor = async (host: string): Promise<string | undefined> =>
    /<base href="([^"]*)"/.exec(
      await textFrom(`${proxy.url}/queues/queue/upgrades`, { ...headers, host }),
    )?.[1];
  expect(await baseFor('servpack.example')).toBe('/servpack/queues/');
  expect(await baseFor('127.0.0.1')).toBe('/queues/');
  const env = { SERVPACK_URL: `${proxy.url}/`, SERVPACK_TOKEN: behind.token };
  expect(await runCli(['campaign', 'status', '--json'], { env })).toMatchObject({ code: 0 });
  const opened = await runCli(['open'], { env });
  expect(opened.stdout).toContain(`${proxy.url}/#code=`);
});

/** `fetch` sends no other host than that of the address. */
async function textFrom(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const [answer] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  return text(answer);
}

test('without the setting there is no board', async () => {
  await using plain = await startSmallOrchestrator();
  const answer = await fetch(`${plain.url}/queues/api/queues`, {
    headers: { authorization: `Bearer ${plain.token}` },
  });
  expect(answer.status).toBe(404);
});
