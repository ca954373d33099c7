import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { openTraces } from '../../shared/traces/open-traces.ts';
import { traceJob } from '../../workers/trace-job.ts';
import { systemClock } from '../../shared/clock.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { jobId } from '../../shared/queues/jobs.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { runWorker } from '../../workers/main.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { clientWith } from '../fixtures/clients-with.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { until } from '../fixtures/until.ts';
import { startFleet } from '../lab/fleet/start-fleet.ts';
import { stagedComponents } from '../lab/staged-tree.ts';
import { testRedis } from '../environment/redis.ts';
import { type CollectedSpan, startCollector } from '../fixtures/otlp-collector.ts';
import { startRunning, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const log = pino({ level: 'silent' });
const root = join(import.meta.dirname, '../..');

const tracesTo = (url: string, ratio: number, role: 'orchestrator' | 'worker' = 'orchestrator') =>
  openTraces({ url: `${url}/v1/traces`, ratio, role, prefix: 'servpack', log });

const job = {
  key: { campaign: 'sp4', client: 'pc-1' },
  activation: 3,
  shard: 0,
  queue: 'upgrades',
  dueAt: 0,
} as const;

const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan | undefined =>
  spans.find((span) => span.name === name);

describe('with a collector', () => {
  test('each answer of the API is a span with its route, and without the names in its path', async () => {
    await using collector = await startCollector();
    const traces = tracesTo(collector.url, 1);
    await using orchestrator = await startSmallOrchestrator(undefined, { context: { traces } });
    await orchestrator.ask('GET', '/v1/campaigns/sp9?secret=1');
    await traces.close();
    expect(new Set(collector.requests)).toEqual(new Set(['POST /v1/traces application/json']));
    expect(named(collector.spans, 'GET /v1/campaigns/:campaign')).toMatchObject({
      service: 'servpack-orchestrator',
      kind: 2,
      links: [],
      isFailed: false,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/campaigns/:campaign',
        'http.response.status_code': 404,
        'servpack.operation': 'getCampaign',
      },
    });
    expect(JSON.stringify(collector.spans)).not.toMatch(/secret|sp9/);
  });

  test('a job is a trace of its own, linked to the span of its campaign', async () => {
    await using collector = await startCollector();
    const [own, worker] = [tracesTo(collector.url, 0), tracesTo(collector.url, 1, 'worker')];
    own.campaignBegan('sp4', 0, { 'servpack.release': 'sms-sp4' });
    await traceJob(worker, job, async () => 'rested');
    await Promise.all([own.close(), worker.close()]);
    const began = named(collector.spans, 'servpack.campaign start');
    const done = named(collector.spans, 'servpack.upgrades process');
    expect(began?.attributes).toEqual({ 'servpack.campaign': 'sp4', 'servpack.release': 'sms-sp4' });
    expect(done).toMatchObject({
      service: 'servpack-worker',
      kind: 5,
      isFailed: false,
      links: [{ traceId: began?.traceId, spanId: began?.spanId }],
      attributes: {
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'servpack.upgrades',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.message.id': 'sp4.pc-1.3',
        'servpack.campaign': 'sp4',
        'servpack.end': 'rested',
      },
    });
    expect(done?.traceId).not.toBe(began?.traceId);
    expect(own.idsOf('sp4', 1)).not.toEqual(own.idsOf('sp4', 0));
  });

  test('failures are sent at any sampling ratio, without the text of the error', async () => {
    await using collector = await startCollector();
    const traces = tracesTo(collector.url, 0);
    await using orchestrator = await startSmallOrchestrator(undefined, {
      context: { traces, auditTrouble: () => 'the disk is full' },
    });
    await orchestrator.ask('GET', '/healthz');
    await orchestrator.ask('GET', '/readyz');
    await traceJob(traces, job, async () => 'rested');
    await traceJob(traces, job, async () => 'lost');
    const failing = async () => Promise.reject(new TypeError('the password is hunter2'));
    await expect(traceJob(traces, job, failing)).rejects.toThrow('hunter2');
    await traces.close();
    expect(collector.spans.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['GET /readyz', '503'],
      ['servpack.upgrades process', 'lost'],
      ['servpack.upgrades process', 'TypeError'],
    ]);
    expect(collector.spans.every(({ isFailed }) => isFailed)).toBe(true);
    expect(JSON.stringify(collector.spans)).not.toContain('hunter2');
  });

  test('spans are sent again after 503 and arrive once; spans that are refused with 400 are dropped', async () => {
    await using collector = await startCollector();
    const traces = tracesTo(collector.url, 0);
    collector.answerNext(503);
    // As many as are sent at once.
    for (let n = 0; n < 512; n += 1) traces.ended(failedSpan(n));
    await expect.poll(() => collector.requests.length).toBe(1);
    await traces.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(
      Array.from({ length: 512 }, (_, n) => `span ${n}`),
    );
    const refused = tracesTo(collector.url, 0);
    collector.answerNext(400);
    refused.ended(failedSpan(0));
    await refused.close();
    expect([collector.spans.length, collector.requests.length]).toEqual([512, 3]);
  });
});

const failedSpan = (n: number) => ({
  name: `span ${n}`,
  kind: 'internal' as const,
  startedAt: Date.now(),
  durationMs: 1,
  attributes: {},
  failed: 'test',
});

test('a campaign that starts has one span, however often it is paused', async () => {
  await using collector = await startCollector();
  const traces = tracesTo(collector.url, 0);
  await using orchestrator = await startRunning(undefined, undefined, { context: { traces } });
  const ask = async (path: string, body?: unknown) =>
    expect([path, (await orchestrator.ask('POST', path, body)).status]).toEqual([path, 200]);
  await ask('/v1/campaigns/sp4/pause', { reason: 'test' });
  await ask('/v1/campaigns/sp4/resume');
  await traces.close();
  expect(collector.spans.map(({ name, traceId, spanId }) => ({ name, traceId, spanId }))).toEqual([
    { name: 'servpack.campaign start', ...traces.idsOf('sp4', 0) },
  ]);
});

test('a worker with the setting sends the spans of the jobs that it runs', async () => {
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(await startCollector());
  const { store, url, prefix } = await openTestStore();
  stack.defer(() => store.close());
  const client = workstation(clientWith('free'));
  const fleet = await startFleet({
    rows: [client],
    seed: 'one',
    release: stagedComponents,
    clock: systemClock,
    startedAt: systemClock.now(),
  });
  stack.defer(() => fleet.close());
  await openCampaign(store, { clients: [client], at: systemClock.now() });
  const dispatcher = openDispatcher({ url, prefix });
  stack.defer(() => dispatcher.close());
  const env = { REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_GATEWAY: 'simulated:1' };
  const config = readConfig({ ...env, SERVPACK_TRACES: collector.url, SERVPACK_TRACES_RATIO: '1' });
  const gateway = connectSimulatedGateway({ port: fleet.port });
  const worker = unwrapped(await runWorker(unwrapped(config), log, () => ({ ok: true, value: gateway })));
  const waiting = { client: client.client, wave: 0, logonServer: 'LS-1' };
  const [admitted] = await store.admit('sp4', [waiting], systemClock.now());
  if (admitted === undefined) throw new Error('not admitted');
  await dispatcher.add(admitted, 0);
  const key = { campaign: 'sp4', client: client.client };
  await until('it rests', async () => (await store.readUpgrade(key))?.activation === admitted.activation + 1);
  await worker.stop();
  expect(collector.spans[0]).toMatchObject({
    name: 'servpack.upgrades process',
    service: 'servpack-worker',
    attributes: { 'messaging.message.id': jobId(admitted), 'servpack.campaign': 'sp4' },
    links: [{ traceId: expect.any(String) }],
  });
});

/** The modules of servpack that a process loads until it is ready, and what it says. */
async function loadedBy(main: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const data = mkdtempSync(join(tmpdir(), 'servpack-traces-'));
  const { url, prefix } = testRedis();
  const child = spawn(
    process.execPath,
    ['--import', join(root, 'test/fixtures/count-modules.mjs'), join(root, main)],
    {
      env: {
        PATH: process.env['PATH'],
        REDIS_URL: url,
        SERVPACK_PREFIX: prefix,
        SERVPACK_DATA: data,
        SERVPACK_PORT: '0',
        SERVPACK_GATEWAY: 'simulated:1',
        SERVPACK_ACCEPT_LOSS: 'yes',
        ...env,
      },
    },
  );
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.kill();
  await once(child, 'exit');
  rmSync(data, { recursive: true, force: true });
  return (await said).split('\n').flatMap((line) => line.split(`${root}/`)[1] ?? []);
}

test.each(['orchestrator/main.ts', 'workers/main.ts'])(
  '%s loads the code for traces only with the setting',
  async (main) => {
    await using collector = await startCollector();
    const [without, having] = await Promise.all([
      loadedBy(main, {}),
      loadedBy(main, { SERVPACK_TRACES: collector.url }),
    ]);
    const tracing = ['shared/traces/open-traces.ts', 'shared/traces/otlp.ts'];
    expect(without).toContain(main);
    expect(tracing.filter((each) => without.includes(each))).toEqual([]);
    expect(tracing.filter((each) => having.includes(each))).toEqual(tracing);
  },
);

test('the setting is the URL of a collector, which gets the path of OTLP', () => {
  const base = { REDIS_URL: 'redis://127.0.0.1:6379' };
  const read = (env: Readonly<Record<string, string>>) => unwrapped(readConfig({ ...base, ...env })).traces;
  expect(read({})).toBeNull();
  expect(read({ SERVPACK_TRACES: 'on' })).toEqual({ url: 'http://127.0.0.1:4318/v1/traces', ratio: 0.01 });
  expect(read({ SERVPACK_TRACES: 'https://otel.example/here', SERVPACK_TRACES_RATIO: '0.5' })).toEqual({
    url: 'https://otel.example/here',
    ratio: 0.5,
  });
  for (const wrong of ['yes', 'ftp://otel.example', 'http://anna:secret@otel.example'])
    expect(readConfig({ ...base, SERVPACK_TRACES: wrong })).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/^SERVPACK_TRACES: must be on, or the URL/) },
    });
});
