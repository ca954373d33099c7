import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemKinds } from '../../orchestrator/http/problem-kinds.ts';
import { refusalAnswer } from '../../orchestrator/http/schemas/fields.ts';
import { problemAnswer } from '../../orchestrator/http/schemas/problems.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { codesInSource, problemsPage } from './problems-page.ts';

test('docs/problems.md has every kind and every code of the source', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/problems.md'), 'utf8')).toBe(problemsPage());
  const firsts = codesInSource().flatMap((code) => (code.includes('.') ? (code.split('.')[0] ?? '') : []));
  expect([...new Set(firsts)].filter((first) => !(first in problemKinds))).toEqual([]);
});

test('the type of a problem leads to what it means', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
  const page = await fetch(`${orchestrator.url}${body.type}`);
  expect([page.status, await page.text()]).toEqual([
    200,
    expect.stringMatching(/^\/problems\/notFound\n\nThere is nothing of this name \(usually 404\)\.\n/),
  ]);
});

/** Sends these bytes on one connection, and returns what comes back until its end. */
async function exchange(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answers = '';
  socket.on('data', (chunk) => (answers += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answers;
}

test.each([
  ['what is no HTTP', 400, 'hello\r\n\r\n'],
  [
    'headers beyond all measure',
    431,
    `GET /v1/health HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
  ],
  [
    'an unknown expectation',
    417,
    'GET /v1/health HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n',
  ],
  ['a path that is no URL', 400, 'GET /v1/clients/%E0%80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  [
    'an unknown route',
    404,
    'GET /nothing HTTP/1.1\r\nHost: localhost\r\nAuthorization: TOKEN\r\nConnection: close\r\n\r\n',
  ],
  [
    'an unknown method',
    404,
    'DELETE /v1/fleet HTTP/1.1\r\nHost: localhost\r\nAuthorization: TOKEN\r\nConnection: close\r\n\r\n',
  ],
])('%s is answered with a problem document', async (_what, status, bytes) => {
  await using orchestrator = await startSmallOrchestrator();
  const answer = await exchange(orchestrator.url, bytes.replace('TOKEN', `Bearer ${orchestrator.token}`));
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
  expect(head).toMatch(/^x-content-type-options: nosniff$/im);
  expect(problemAnswer.parse(JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? ''))).toMatchObject({ status });
});

test('a failing store and a bug are problem documents, and an earlier command line reads them', async () => {
  const store = createMemoryStore(Date.now);
  await using orchestrator = await startSmallOrchestrator({
    ...store,
    releases: () => Promise.reject(new StoreUnavailable('Redis does not answer')),
    surveys: () => Promise.reject(new Error('a bug')),
  });
  for (const [path, status, code] of [
    ['/v1/releases', 503, 'store.away'],
    ['/v1/surveys', 500, 'internal'],
  ] as const) {
    const answer = await orchestrator.ask('GET', path);
    expect([answer.status, answer.body]).toMatchObject([status, { status, code }]);
    expect(refusalAnswer.parse(answer.body).error.code).toBe(code);
  }
});

test('errors name each wrong place of the request and of a file', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const request = await orchestrator.ask('POST', '/v1/fleet', { file: 'f', text: 7 });
  expect(request.body.errors).toEqual([
    { pointer: '#/text', detail: expect.stringMatching(/^body\.text: /) },
  ]);
  const text = 'campaign: sp4\nrelease: sms-sp4\nwaves:\n  - { name: canary, count: 0 }\n';
  const file = await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text });
  expect(file.body.errors[0]).toEqual({
    pointer: '#/waves/0/count',
    line: 4,
    detail: expect.stringMatching(/^c\.yaml, line 4: waves\[0\]\.count /),
  });
});

test('a check-in that is no HTTP is answered in plain text, as every other one', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const url = await orchestrator.openCheckIns();
  expect(await exchange(url, 'hello\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n[^]*content-type: text\/plain; charset=utf-8\r\n[^]*\r\n\r\nrefused: the request is not understood\n$/,
  );
});
