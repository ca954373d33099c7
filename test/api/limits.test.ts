import { describe, expect, test } from 'vitest';
import { isUrgent } from '../../orchestrator/http/contract/operation.ts';
import { operations } from '../../orchestrator/http/contract/operations.ts';
import { measurePressure } from '../../orchestrator/http/pressure.ts';
import { RateBuckets } from '../../orchestrator/http/rate.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';

describe('a bucket of a principal', () => {
  test('holds a second of requests, and fills at that pace', () => {
    const buckets = new RateBuckets({ name: 'writes', perSecond: 20 });
    const taken = Array.from({ length: 21 }, () => buckets.take('anna', 5_000));
    expect(taken.slice(0, 20).map(({ left, waitMs }) => [left, waitMs])).toEqual(
      Array.from({ length: 20 }, (_, at) => [19 - at, 0]),
    );
    expect(taken[20]).toEqual({ left: 0, waitMs: 50 });
    expect(buckets.take('kim', 5_000)).toEqual({ left: 19, waitMs: 0 });
    expect(buckets.take('anna', 5_049).waitMs).toBe(1);
    expect(buckets.take('anna', 5_050)).toEqual({ left: 0, waitMs: 0 });
    expect(buckets.take('anna', 60_000)).toEqual({ left: 19, waitMs: 0 });
  });
});

const start = (limits: { readonly reads: number; readonly writes: number }): Promise<SmallOrchestrator> =>
  startSmallOrchestrator(undefined, {
    limits: {
      readsPerSecond: limits.reads,
      writesPerSecond: limits.writes,
      delayAtMostMs: 250,
      pressure: measurePressure(),
    },
  });

/** Routes that stop something, and those that say who is well and who leads. */
const urgent = Object.entries(operations).flatMap(([route, operation]) => {
  const [method = '', path = ''] = route.split(' ');
  return isUrgent(operation)
    ? [{ method: method as 'GET' | 'POST', path: path.replaceAll(/:\w+/g, 'sp4') }]
    : [];
});

test('what stops something, health, the leader and check-ins are urgent', () => {
  expect(urgent.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    'GET /healthz',
    'GET /metrics',
    'GET /readyz',
    'GET /v1/health',
    'GET /v1/leader',
    'POST /v1/approvals',
    'POST /v1/campaigns/sp4/abort',
    'POST /v1/campaigns/sp4/hold',
    'POST /v1/campaigns/sp4/pause',
    'POST /v1/clients/sp4/checkin',
    'POST /v1/halt',
    'POST /v1/releases/sp4/withdraw',
    'POST /v1/schedules/sp4/pause',
    'POST /v1/surveys/sp4/cancel',
  ]);
});

describe('a principal that asks too often', () => {
  test.each([
    ['reads', 'GET', '/v1/campaigns', 3],
    ['writes', 'POST', '/v1/unhalt', 2],
  ] as const)('gets no more %s, with the time to wait', async (name, method, path, limit) => {
    await using orchestrator = await start({ reads: 3, writes: 2 });
    const ask = () =>
      fetch(`${orchestrator.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${orchestrator.token}` },
      });
    // All at once: none of them has the time to fill the bucket again.
    const answers = await Promise.all(Array.from({ length: limit + 5 }, ask));
    expect(answers.filter(({ status }) => status !== 429).length).toBeGreaterThanOrEqual(limit);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('ratelimit-policy')).toBe(`"${name}";q=${limit};w=1`);
    expect(refused?.headers.get('ratelimit')).toBe(`"${name}";r=0;t=1`);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await refused?.json()).toMatchObject({
      type: '/problems/tooMany',
      status: 429,
      code: `tooMany.${name}`,
    });
  });

  test('is answered all the same where something is stopped', async () => {
    await using orchestrator = await start({ reads: 1, writes: 1 });
    const spent = await Promise.all(
      Array.from({ length: 20 }, () => orchestrator.ask('GET', '/v1/campaigns')),
    );
    expect(spent.some(({ status }) => status === 429)).toBe(true);
    const answers = await Promise.all(
      urgent.flatMap(({ method, path }) =>
        Array.from({ length: 30 }, () =>
          orchestrator.ask(method, path, method === 'POST' ? { reason: 'smoke in the hall' } : undefined),
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 429 || status === 503)).toEqual([]);
    expect((await orchestrator.ask('GET', '/v1/leader')).status).toBe(200);
  });

  test('needs a token of its own to be counted: refused callers use up nothing', async () => {
    await using orchestrator = await start({ reads: 1, writes: 1 });
    const strangers = await Promise.all(
      Array.from({ length: 20 }, () =>
        orchestrator.ask('GET', '/v1/campaigns', undefined, { authorization: 'Bearer wrong' }),
      ),
    );
    expect(new Set(strangers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await orchestrator.ask('GET', '/v1/campaigns')).status).toBe(200);
  });

  test('is waited for by the command line', async () => {
    await using orchestrator = await start({ reads: 1, writes: 1 });
    await Promise.all(Array.from({ length: 5 }, () => orchestrator.ask('GET', '/v1/campaigns')));
    const { code, stdout } = await runHosted(orchestrator, ['campaign', 'status', '--json']);
    expect([code, JSON.parse(stdout).campaigns]).toEqual([0, []]);
  });
});

test('an orchestrator that is late refuses reads, and stops what it is asked to stop', async () => {
  await using orchestrator = await start({ reads: 1_000, writes: 1_000 });
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml() });
  // The orchestrator runs in this thread: what blocks it here blocks it.
  const load = setInterval(() => {
    const end = performance.now() + 400;
    while (performance.now() < end);
  }, 1);
  try {
    const read = () => orchestrator.ask('GET', '/v1/campaigns');
    await until('reads are refused', async () => (await read()).status === 503);
    expect((await read()).body).toMatchObject({ type: '/problems/busy', status: 503, code: 'busy.late' });
    for (const [path, status] of [
      ['/v1/halt', 200],
      ['/v1/campaigns/sp4/pause', 409],
      ['/v1/campaigns/sp4/abort', 200],
    ] as const)
      expect([path, (await orchestrator.ask('POST', path, { reason: 'smoke' })).status]).toEqual([
        path,
        status,
      ]);
    expect((await orchestrator.ask('GET', '/v1/health')).status).toBe(200);
  } finally {
    clearInterval(load);
  }
  await until(
    'reads are answered again',
    async () => (await orchestrator.ask('GET', '/v1/campaigns')).status === 200,
  );
});
