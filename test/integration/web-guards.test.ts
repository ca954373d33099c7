import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;
beforeAll(async () => {
  orchestrator = await startSmallOrchestrator(undefined, { hosts: ['servpack.example'], isOverTls: true });
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** `fetch` sets the header itself. */
async function askAs(host: string, path = '/v1/campaigns'): Promise<readonly [number, string | null]> {
  const authorization = `Bearer ${orchestrator.token}`;
  const sent = request(`${orchestrator.url}${path}`, { headers: { host, authorization }, agent: false });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = (await json(answer)) as { readonly code?: string };
  return [answer.statusCode ?? 0, body.code ?? null];
}

describe('a request', () => {
  test.each([
    '127.0.0.1:7300',
    '10.1.2.3',
    '[::1]:7300',
    'localhost',
    'LOCALHOST:80',
    'servpack.example',
    'Servpack.Example:443',
  ])('for %s is answered', async (host) => {
    expect(await askAs(host)).toEqual([200, null]);
  });

  test.each([
    'evil.example',
    'evil.example:7300',
    'localhost.evil.example',
    'servpack.example.evil.example',
    '127.0.0.1.evil.example',
    'sub.servpack.example',
    '@',
    'a b',
  ])('for %s is refused, also with a good token', async (host) => {
    expect(await askAs(host)).toEqual([421, 'host.other']);
    expect((await askAs(host, '/'))[0]).toBe(421);
  });

  test('for the metrics, which name campaigns, is refused by the name of a stranger', async () => {
    expect(await askAs('evil.example:7300', '/metrics')).toEqual([421, 'host.other']);
    expect(await askAs('localhost:7300', '/metrics')).toEqual([404, 'notFound.route']);
  });

  test('of a probe is answered by any name', async () => {
    expect((await askAs('orchestrator:7300', '/healthz'))[0]).toBe(200);
    expect((await askAs('orchestrator:7300', '/readyz'))[0]).toBe(200);
  });
});

test('over TLS the cookie of a session is sent over nothing else, to this host alone', async () => {
  const response = await fetch(`${orchestrator.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: orchestrator.token }),
  });
  expect(response.headers.get('set-cookie')).toMatch(
    /^__Host-servpack=[0-9A-Za-z]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test('the settings name the hosts, and say that TLS ends before the API', () => {
  const given = { REDIS_URL: 'redis://127.0.0.1:6379' };
  const read = (more: Record<string, string>) => {
    const config = readConfig({ ...given, ...more });
    return config.ok ? config.value.api : config.error.message;
  };
  expect(read({})).toMatchObject({ publicUrls: [], isOverTls: false });
  expect(
    read({ SERVPACK_PUBLIC_URL: 'https://servpack.example, http://ls-1:7300', SERVPACK_BEHIND_TLS: '1' }),
  ).toMatchObject({ publicUrls: ['https://servpack.example', 'http://ls-1:7300'], isOverTls: true });
  expect(read({ SERVPACK_HOST: '10.0.0.1', SERVPACK_BEHIND_TLS: '1' })).toMatchObject({ host: '10.0.0.1' });
  expect(read({ SERVPACK_HOST: '10.0.0.1' })).toContain('SERVPACK_BEHIND_TLS=1');
  expect(read({ SERVPACK_PUBLIC_URL: 'servpack.example' })).toContain('SERVPACK_PUBLIC_URL: must be');
  expect(read({ SERVPACK_BEHIND_TLS: 'yes' })).toContain('SERVPACK_BEHIND_TLS: must be 1, or not set');
});
