import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openToken } from '../../orchestrator/http/secrets.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { needsToken, openRoutes, routesOf } from '../fixtures/routes.ts';

describe('the token of the API', () => {
  test('is needed for every route that is not open', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const routes = routesOf().filter(needsToken);
    expect(openRoutes).toEqual([
      'GET /v1/health',
      'GET /healthz',
      'GET /readyz',
      'GET /metrics',
      'GET /problems/x-1',
      'GET /v1/openapi.json',
      'GET /v1/reference',
      // It takes a token in its body.
      'POST /v1/session',
    ]);
    const detail = 'a token is needed: Authorization: Bearer …';
    const refusal = {
      type: '/problems/token',
      title: 'The token is missing or wrong',
      status: 401,
      detail,
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
      code: 'token.missing',
      error: { code: 'token.missing', message: detail },
    };
    expect(routes.length).toBeGreaterThan(14);
    for (const { method, path } of routes) {
      const answer = await orchestrator.ask(method, path, undefined, { authorization: '' });
      expect([method, path, answer]).toEqual([method, path, { status: 401, body: refusal }]);
    }
    const health = await orchestrator.ask('GET', '/v1/health', undefined, { authorization: '' });
    expect(health).toEqual({
      status: 200,
      body: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), now: '2026-11-17T09:00:00Z' },
    });
  });

  test.each(['Bearer wrong', 'Bearer a-token-for-this-test-onlY', 'Basic YTpi', 'bearer'])(
    '%s is refused',
    async (authorization) => {
      await using orchestrator = await startSmallOrchestrator();
      const { status, body } = await orchestrator.ask('GET', '/v1/campaigns', undefined, { authorization });
      expect(status).toBe(401);
      expect(body.error.code).toMatch(/^token\./);
    },
  );

  test('is made once, and only its owner can read the file', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const folder = join(orchestrator.folder, 'data');
    const token = unwrapped(openToken(folder));
    expect(token.length).toBeGreaterThan(40);
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600);
    expect(openToken(folder)).toEqual({ ok: true, value: token });
    expect(readFileSync(join(folder, 'token'), 'utf8').trim()).toBe(token);
  });

  test('is refused with one sentence when its file holds none or its folder cannot be used', async () => {
    await using orchestrator = await startSmallOrchestrator();
    expect(openToken(orchestrator.folder)).toMatchObject({ ok: true });
    orchestrator.write('token', '\n');
    expect(openToken(orchestrator.folder)).toMatchObject({
      error: {
        code: 'token.file',
        message: `${join(orchestrator.folder, 'token')} holds no token; remove it, and a new one is made`,
      },
    });
    expect(openToken(join(orchestrator.folder, 'token'))).toMatchObject({ error: { code: 'token.folder' } });
  });
});

describe('the API refuses a request', () => {
  const bad: readonly [
    what: string,
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    headers: Record<string, string>,
    status: number,
    message: RegExp,
  ][] = [
    ['no such route', 'GET', '/v1/nothing', undefined, {}, 404, /^there is no GET \/v1\/nothing$/],
    ['broken JSON', 'POST', '/v1/fleet', '{"file":', {}, 400, /JSON/],
    ['no body', 'POST', '/v1/fleet', undefined, {}, 400, /^body: /],
    [
      'another kind of body',
      'POST',
      '/v1/fleet',
      'a,b',
      { 'content-type': 'text/csv' },
      415,
      /^Unsupported Media Type$/,
    ],
    ['a key nobody knows', 'POST', '/v1/fleet', { file: 'f', text: 't', tezt: '' }, {}, 400, /tezt/],
    ['a number as text', 'POST', '/v1/fleet', { file: 'f', text: 7 }, {}, 400, /^body\.text: /],
    ['an empty reason', 'POST', '/v1/campaigns/sp4/pause', { reason: ' ' }, {}, 400, /^body\.reason: /],
    [
      'a name that is none',
      'GET',
      '/v1/campaigns/sp4%3Ax',
      undefined,
      {},
      400,
      /^params\.campaign: is not an id of 1 to 63/,
    ],
    [
      'a name like a prototype',
      'GET',
      '/v1/clients/__proto__',
      undefined,
      {},
      400,
      /^params\.client: is not an id/,
    ],
    ['a path that is no URL', 'GET', '/v1/clients/%E0%80', undefined, {}, 400, /not a valid url component/],
    ['a limit that is none', 'GET', '/v1/fleet?limit=many', undefined, {}, 400, /^querystring\.limit: /],
    [
      'a user with a line end',
      'GET',
      '/v1/fleet',
      undefined,
      { 'x-servpack-user': 'anna%0Aroot' },
      400,
      /^x-servpack-user must be/,
    ],
    [
      'a user that is not encoded well',
      'GET',
      '/v1/fleet',
      undefined,
      { 'x-servpack-user': '%' },
      400,
      /^x-servpack-user must be/,
    ],
    [
      'a transcript beyond all measure',
      'POST',
      '/v1/clients/pc-1/checkin',
      { transcript: 'x'.repeat(300_000) },
      {},
      400,
      /^body\.transcript/,
    ],
    [
      'a body beyond all measure',
      'POST',
      '/v1/clients/pc-1/checkin',
      { transcript: 'x'.repeat(600_000) },
      {},
      413,
      /larger than this route takes/,
    ],
  ];

  test.each(bad)('%s', async (_what, method, path, body, headers, status, message) => {
    await using orchestrator = await startSmallOrchestrator();
    const answer = await orchestrator.ask(method, path, body, headers);
    expect(answer.status).toBe(status);
    const { code, detail, type, ...problem } = answer.body;
    expect(problem).toMatchObject({ status, error: { code, message: detail } });
    expect([detail, type]).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(/^\/problems\/(input|notFound|tooLarge)$/),
    ]);
  });
});

test('the API does not show the text of a file that is no release', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const { status, body } = await orchestrator.ask('POST', '/v1/releases', {
    path: join(orchestrator.folder, 'token'),
  });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toContain(orchestrator.token);
});
