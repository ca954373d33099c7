import { describe, expect, test } from 'vitest';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
  campaignYaml,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
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
