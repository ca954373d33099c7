import { request } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { routesOf } from '../fixtures/routes.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { openListener } from './check-in-listener.ts';

/** OWASP ASVS 5.0.0: V3.2.1, V3.4.3 to V3.4.6, V4.1.1, V14.3.2. */
const wanted = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
};

function expectGuarded(what: string, { headers }: Response): void {
  const given = Object.fromEntries(Object.keys(wanted).map((name) => [name, headers.get(name)]));
  // The one page has one style and says which.
  given['content-security-policy'] =
    given['content-security-policy']?.replace(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri/,
      "default-src 'none'; object-src 'none'; base-uri",
    ) ?? null;
  expect([what, given]).toEqual([what, wanted]);
  expect([what, headers.get('content-type')]).toEqual([what, expect.stringMatching(/; charset=utf-8$/)]);
  for (const name of headers.keys()) expect([what, name]).not.toEqual([what, expect.stringMatching(unasked)]);
}

/** No cookie is set, and no other site may read an answer. */
const unasked = /^(set-cookie|access-control-.*|server|x-powered-by|location)$/;

test('every answer of the API keeps browsers from guessing, running, framing or storing it', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const authorization = `Bearer ${orchestrator.token}`;
  const ask = async (path: string, init: RequestInit = {}) => fetch(`${orchestrator.url}${path}`, init);
  for (const { method, path } of routesOf())
    for (const headers of [{ authorization }, { authorization: 'Bearer wrong' }] as const)
      expectGuarded(`${method} ${path}`, await ask(path, { method, headers }));
  const origin = { authorization, origin: 'https://elsewhere.example' };
  for (const [path, init] of [
    ['/v1/nothing', { headers: { authorization } }],
    ['/v1/clients/%E0%80', { headers: { authorization } }],
    ['/v1/fleet', { headers: origin }],
    ['/v1/fleet', { method: 'OPTIONS', headers: { ...origin, 'access-control-request-method': 'POST' } }],
    ['/v1/fleet', { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: '{}' }],
  ] as const)
    expectGuarded(`${path} ${JSON.stringify(init)}`, await ask(path, init));
});

test('every answer to a check-in keeps browsers from guessing, running, framing or storing it', async () => {
  const listener = await openListener();
  const token = await listener.tokenOf('pc-1');
  const headers = { authorization: `Bearer ${token}` };
  for (const [path, init, status] of [
    ['/checkin/pc-1', { method: 'POST', headers }, 200],
    ['/checkin/pc-2', { method: 'POST', headers }, 401],
    ['/checkin/pc-1', { method: 'POST', headers, body: 'x'.repeat(300_000) }, 413],
    ['/checkin/%E0%80', { headers }, 400],
    ['/', {}, 404],
  ] as const) {
    const answer = await fetch(`${listener.url}${path}`, init);
    expect([path, answer.status]).toEqual([path, status]);
    expectGuarded(path, answer);
  }
});

test('neither listener echoes a request with TRACE', async () => {
  const listener = await openListener();
  for (const url of [listener.orchestrator.url, listener.url]) {
    const asked = request(`${url}/v1/health`, {
      method: 'TRACE',
      headers: { 'x-secret': 'do-not-echo' },
    }).end();
    const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
    let text = '';
    for await (const piece of answer) text += piece.toString();
    expect([answer.statusCode >= 400, text]).toEqual([true, expect.not.stringContaining('do-not-echo')]);
  }
});
