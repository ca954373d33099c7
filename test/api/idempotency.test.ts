import { describe, expect, test, vi } from 'vitest';
import { holdClaim } from '../../orchestrator/http/idempotency.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
  campaignYaml,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const file = { file: 'c.yaml', text: campaignYaml() };

async function send(
  orchestrator: SmallOrchestrator,
  path: string,
  body: unknown,
  key: string,
  user = 'anna',
) {
  const response = await fetch(`${orchestrator.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${orchestrator.token}`,
      'content-type': 'application/json',
      'x-servpack-user': user,
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    replayed: response.headers.get('idempotency-replayed'),
    type: response.headers.get('content-type'),
    body: (await response.json()) as { readonly code?: string },
  };
}

describe.each(stores)('a request with an Idempotency-Key, on the %s store', (_name, open) => {
  test('is done once, and answered again with the first answer', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    const first = await send(orchestrator, '/v1/campaigns', file, 'create-1');
    const entries = await orchestrator.store.audit(100);
    expect([first.status, first.replayed]).toEqual([200, null]);
    const second = await send(orchestrator, '/v1/campaigns', file, 'create-1');
    expect(second).toEqual({ ...first, replayed: 'true' });
    expect(await orchestrator.store.audit(100)).toEqual(entries);
    // Without the key it is another request, and there is a campaign of this name.
    expect((await orchestrator.ask('POST', '/v1/campaigns', file)).status).toBe(409);
  });

  test('is answered again also where it was refused', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    const first = await send(orchestrator, '/v1/campaigns/sp4/pause', { reason: 'phones' }, 'pause-1');
    expect([first.status, first.type]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(await send(orchestrator, '/v1/campaigns/sp4/pause', { reason: 'phones' }, 'pause-1')).toEqual({
      ...first,
      replayed: 'true',
    });
  });

  test('is refused when its key came with another body, and free for another person and route', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    const halt = (reason: string, user?: string) => send(orchestrator, '/v1/halt', { reason }, 'key-1', user);
    expect((await halt('phones')).status).toBe(200);
    const other = await halt('network');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.reused']);
    expect((await halt('network', 'kim')).body.code).not.toBe('idempotency.reused');
    expect((await send(orchestrator, '/v1/unhalt', { override: true }, 'key-1')).status).toBe(200);
    expect((await send(orchestrator, '/v1/halt', { reason: 'x' }, 'a key with spaces')).body.code).toBe(
      'input.idempotencyKey',
    );
  });

  test('sent many times at once is done once', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send(orchestrator, '/v1/campaigns', file, 'create-2')),
    );
    const statuses = answers.map(({ status, body }) => (status === 409 ? body.code : status));
    expect(statuses.filter((status) => status !== 200 && status !== 'idempotency.running')).toEqual([]);
    expect(answers.filter(({ status, replayed }) => status === 200 && replayed === null)).toHaveLength(1);
  });
});

test('the key of a request whose orchestrator has ended is free when its claim is over', async () => {
  const store = createMemoryStore(Date.now);
  let isFirst = true;
  await using orchestrator = await startSmallOrchestrator({
    ...store,
    claimAnswer: async (claim, forMs) => {
      // Another orchestrator has taken the key, and was killed.
      if (isFirst) await store.claimAnswer({ ...claim, holder: 'killed' }, 300);
      isFirst = false;
      return store.claimAnswer(claim, forMs);
    },
  });
  const again = () => send(orchestrator, '/v1/halt', { reason: 'phones' }, 'halt-1');
  const first = await again();
  expect([first.status, first.body.code]).toEqual([409, 'idempotency.running']);
  await until('the key is free', async () => (await again()).status === 200);
  expect((await again()).replayed).toBe('true');
});

test('a request keeps its key while it is worked on', async () => {
  const store = createMemoryStore(Date.now);
  const [begun, renewed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using orchestrator = await startSmallOrchestrator({
    ...store,
    importUnique: async (...given) => {
      begun.resolve();
      await renewed.promise;
      return store.importUnique(...given);
    },
    renewClaim: async (...given) => {
      await store.renewClaim(...given);
      renewed.resolve();
    },
  });
  const body = { file: 'fleet.csv', text: fleetCsv };
  const first = send(orchestrator, '/v1/fleet', body, 'import-2');
  await begun.promise;
  expect((await send(orchestrator, '/v1/fleet', body, 'import-2')).status).toBe(409);
  expect((await first).body).toMatchObject({ added: 10 });
  expect((await send(orchestrator, '/v1/fleet', body, 'import-2')).replayed).toBe('true');
});

test('a claim outlives its lease while it is held, and ends with it after that', async () => {
  vi.useFakeTimers();
  try {
    const store = createMemoryStore(Date.now);
    const claim = { key: 'key', request: 'a', holder: 'one' };
    const other = { ...claim, holder: 'other' };
    await store.claimAnswer(claim, 10_000);
    const { release } = holdClaim(store, claim);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await store.claimAnswer(other, 10_000)).toEqual({ request: 'a', answer: null });
    release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await store.claimAnswer(other, 10_000)).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test('a request that failed may be sent again with its key', async () => {
  const store = createMemoryStore(Date.now);
  let fails = true;
  await using orchestrator = await startSmallOrchestrator({
    ...store,
    importUnique: (...given) => (fails ? Promise.reject(new Error('a bug')) : store.importUnique(...given)),
  });
  const fleet = { file: 'fleet.csv', text: fleetCsv };
  expect((await send(orchestrator, '/v1/fleet', fleet, 'import-1')).status).toBe(500);
  fails = false;
  expect((await send(orchestrator, '/v1/fleet', fleet, 'import-1')).body).toMatchObject({ added: 10 });
});
