import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../orchestrator/http/contract/examples.ts';
import { describedBy } from '../api/described.ts';
import { documentNow } from '../api/document-now.ts';
import { textOf } from '../api/wrong-requests.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { exchange, sendBytes } from './wire.ts';

let orchestrator: SmallOrchestrator;
let viewer: string;
beforeAll(async () => {
  orchestrator = await startRunning();
  viewer = await makeToken(orchestrator, 'viewer', { role: 'viewer' });
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

const audited = async (): Promise<unknown> =>
  (await orchestrator.ask('GET', '/v1/audit?limit=50')).body.items;

describe('a request', () => {
  test('with a value of its query twice is refused, on every route that has one', async () => {
    const examples = readExamples();
    const { routes } = describedBy(await documentNow());
    const wrong: unknown[] = [];
    let asked = 0;
    for (const { method, path, operation } of routes)
      for (const parameter of operation.parameters ?? []) {
        if ('$ref' in parameter || parameter.in !== 'query') continue;
        const named = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
          encodeURIComponent(textOf(examples[operation.operationId]?.path?.[name])),
        );
        const { name } = parameter;
        const answer = await sendBytes(orchestrator.url, {
          method,
          path: `${named}?${name}=1&${name}=1`,
          headers: bearer(orchestrator.token),
        });
        asked += 1;
        if (answer.status !== 400) wrong.push([method, path, name, answer.status, answer.text.slice(0, 200)]);
      }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(40);
  });

  test('with two tokens is not taken', async () => {
    const checkIns = await orchestrator.openCheckIns();
    const given = await fetch(`${orchestrator.url}/v1/fleet/tokens?client=pc-1&format=csv`, {
      headers: bearer(orchestrator.token),
    });
    const token = (await given.text()).trim().split(',').at(-1) ?? '';
    const statusOf = async (query: string) =>
      (await fetch(`${checkIns}/checkin/pc-1?${query}`, { method: 'POST' })).status;
    expect(await statusOf(`token=${token}&token=${token}`)).toBe(401);
    expect(await statusOf('token[]=x')).toBe(401);
    expect(await statusOf(`token=${token}`)).toBe(200);
  });
});

describe('odd HTTP', () => {
  const head = (method: string, path: string, token: string, more = ''): string =>
    `${method} ${path} HTTP/1.1\nHost: localhost\nAuthorization: Bearer ${token}\n${more}`;
  const halt = (token: string, more: string): string => head('POST', '/v1/halt', token, more);
  const json = 'Content-Type: application/json\n';
  const close = 'Connection: close\n\n';

  /** The statuses of the answers, and the names of those who were proved. */
  const answersTo = async (request: string) => {
    const text = await exchange(orchestrator.url, request);
    return {
      statuses: [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)),
      names: [...text.matchAll(/"name":"([\w-]+)"/g)].map(([, name]) => name),
    };
  };

  test('never does more than its token may, and changes nothing where it is not understood', async () => {
    const before = await audited();
    const token = orchestrator.token;
    const body = '{"reason":"x"}';
    const length = `Content-Length: ${body.length}\n`;
    const asked: Record<string, unknown> = {};
    for (const [what, request] of Object.entries({
      'an address of another host': `GET http://evil.example/v1/campaigns HTTP/1.1\nHost: localhost\nAuthorization: Bearer ${token}\n${close}`,
      'an address with this host': `GET http://localhost/v1/campaigns HTTP/1.1\nHost: evil.example\nAuthorization: Bearer ${token}\n${close}`,
      'HTTP/1.0 without a host': `GET /v1/campaigns HTTP/1.0\nAuthorization: Bearer ${token}\n\n`,
      'HTTP/1.1 without a host': `GET /v1/campaigns HTTP/1.1\nAuthorization: Bearer ${token}\n${close}`,
      'two hosts': `GET /v1/campaigns HTTP/1.1\nHost: localhost\nHost: evil.example\nAuthorization: Bearer ${token}\n${close}`,
      'two hosts, the other way': `GET /v1/campaigns HTTP/1.1\nHost: evil.example\nHost: localhost\nAuthorization: Bearer ${token}\n${close}`,
      'a second token': halt(viewer, `Authorization: Bearer ${token}\n${json}${length}${close}${body}`),
      'a token in the trailer': `POST /v1/halt HTTP/1.1\nHost: localhost\n${json}Transfer-Encoding: chunked\nTrailer: Authorization\n${close}e\n${body}\n0\nAuthorization: Bearer ${token}\n\n`,
      CONNECT: `CONNECT localhost:80 HTTP/1.1\nHost: localhost\nAuthorization: Bearer ${token}\n${close}`,
      'an upgrade to h2c': head(
        'GET',
        '/v1/session',
        viewer,
        `Upgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__\nConnection: Upgrade, HTTP2-Settings, close\n\n`,
      ),
      'a method by a header': head('GET', '/v1/halt', viewer, `X-HTTP-Method-Override: POST\n${close}`),
      'a wish to go on, without a token': `POST /v1/halt HTTP/1.1\nHost: localhost\nExpect: 100-continue\n${json}${length}${close}${body}`,
      'a folded header': `GET /v1/campaigns HTTP/1.1\nHost: localhost\nX-A: b\n Authorization: Bearer ${token}\n${close}`,
      'a path of two slashes': head('GET', '//v1/campaigns', token, close),
      'a path with a fragment': head('GET', '/v1/campaigns#x', viewer, close),
    }))
      asked[what] = (await answersTo(request)).statuses;
    expect(asked).toEqual({
      'an address of another host': [421],
      'an address with this host': [421],
      'HTTP/1.0 without a host': [421],
      'HTTP/1.1 without a host': [400],
      'two hosts': [421],
      'two hosts, the other way': [421],
      'a second token': [403],
      'a token in the trailer': [401],
      CONNECT: [],
      'an upgrade to h2c': [200],
      'a method by a header': [200],
      'a wish to go on, without a token': [100, 401],
      'a folded header': [400],
      'a path of two slashes': [404],
      'a path with a fragment': [400],
    });
    expect(await audited()).toEqual(before);
  });

  test('several requests on one connection are each answered to their own token, in their order', async () => {
    const ask = (token: string, more = '\n') => head('GET', '/v1/session', token, more);
    const { token } = orchestrator;
    const { statuses, names } = await answersTo(
      [ask(token), ask(viewer), ask('sp_aaaaaaaa_wrong'), ask(token), ask(viewer, close)].join(''),
    );
    expect(statuses).toEqual([200, 200, 401, 200, 200]);
    expect(names).toEqual(['default', 'viewer', 'default', 'viewer']);
  });
});

describe('an odd body', () => {
  const send = async (path: string, body: string, type = 'application/json') => {
    const headers = { ...bearer(orchestrator.token), 'content-type': type };
    return (await fetch(`${orchestrator.url}${path}`, { method: 'POST', headers, body })).status;
  };

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/merge-patch+json',
    'application/jsonx',
    'text/json',
    'application/json, text/plain',
  ])('of the type %s is not read as JSON', async (type) => {
    const before = await audited();
    expect([400, 415]).toContain(await send('/v1/halt', '{"reason":"x"}', type));
    expect(await audited()).toEqual(before);
  });

  test.each([
    '1e400',
    '-1e400',
    '-0',
    '0',
    '1.5',
    '9007199254740993',
    '"NaN"',
    '"Infinity"',
    '"1"',
    '[1]',
    '{"valueOf":1}',
    'true',
    '1e-400',
  ])('with the number %s is refused', async (active) => {
    const before = await audited();
    const body = `{"logonServer":"LS-MIL","active":${active},"reason":"x"}`;
    expect(await send('/v1/server-limits', body)).toBe(400);
    expect(await audited()).toEqual(before);
  });

  test.each([
    ['the same key twice, the last one empty', '{"reason":"x","reason":""}'],
    ['a byte-order mark in its middle', '{"reason"\uFEFF:"x"}'],
    ['more behind it', '{"reason":"x"}{}'],
    ['a comment', '{"reason":"x"/* */}'],
    ['a comma at its end', '{"reason":"x",}'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a text alone', '"x"'],
    ['a list', '[{"reason":"x"}]'],
    ['nothing', ''],
  ])('with %s is refused', async (_what, body) => {
    const before = await audited();
    expect(await send('/v1/halt', body)).toBe(400);
    expect(await audited()).toEqual(before);
  });

  test('with half of a character is kept as text that can be written', async () => {
    expect(await send('/v1/campaigns/sp4/pause', '{"reason":"a\\ud800b"}')).toBe(200);
    const { body } = await orchestrator.ask('GET', '/v1/audit?limit=1');
    expect(JSON.stringify(body.items)).toContain('b');
    expect(String(body.items[0].because).isWellFormed()).toBe(true);
  });
});
