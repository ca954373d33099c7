import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { intoFile } from '../../orchestrator/cli/client/save.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { standingClock } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

/** Reads of the fleet and of the audit go on when this is resolved. */
let gate: PromiseWithResolvers<void>;
let orchestrator: SmallOrchestrator;
const time = { passedMs: 0 };
const store = createMemoryStore(Date.now);

async function* gated(clients: AsyncIterable<Client>): AsyncGenerator<Client> {
  let isFirst = true;
  for await (const client of clients) {
    yield client;
    if (isFirst) await gate.promise;
    isFirst = false;
  }
}

beforeAll(async () => {
  const slow = {
    ...store,
    fleet: () => gated(store.fleet()),
    auditBefore: async (...asked: Parameters<typeof store.auditBefore>) => {
      await gate.promise;
      return store.auditBefore(...asked);
    },
  };
  const clock = { ...standingClock(now), realNow: () => Date.now() + time.passedMs };
  orchestrator = await startSmallOrchestrator(slow, { context: { clock } });
  const fleet =
    'client,host,logonServer,zone,role,labels\npc-1,NT-1,LS,UTC,workstation,\npc-2,NT-2,LS,UTC,workstation,\n';
  expect((await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text: fleet })).status).toBe(200);
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());
beforeEach(() => {
  gate = Promise.withResolvers();
  return () => gate.resolve();
});

const revoke = (name: string) =>
  orchestrator.ask('POST', `/v1/tokens/${name}/revoke`, { reason: 'lost on a train' });

/** An export under way: the first line has arrived, and the rest waits. */
async function exported(headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${orchestrator.url}/v1/fleet/export?format=jsonl`, { headers });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toContain('pc-1');
  return {
    isCut: reader?.read().then(
      () => false,
      () => true,
    ),
  };
}

async function signedIn(token: string): Promise<string> {
  const { headers } = await fetch(`${orchestrator.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ token }),
  });
  return headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('an export under way is cut', () => {
  test('when its token is revoked, and not that of another token', async () => {
    const [lost, kept] = [await makeToken(orchestrator, 'lost'), await makeToken(orchestrator, 'kept')];
    const [one, other] = [await exported(bearer(lost)), await exported(bearer(kept))];
    await revoke('lost');
    expect(await one.isCut).toBe(true);
    gate.resolve();
    expect(await other.isCut).toBe(false);
  });

  test('when its session is ended', async () => {
    const cookie = await signedIn(await makeToken(orchestrator, 'anna'));
    const one = await exported({ cookie });
    const { sessions } = (await orchestrator.ask('GET', '/v1/sessions')).body;
    await orchestrator.ask('POST', `/v1/sessions/${sessions[0].id}/end`, { reason: 'anna has left' });
    expect(await one.isCut).toBe(true);
  });

  test('when its token expires', async () => {
    const one = await exported(bearer(await makeToken(orchestrator, 'short', { expires: '1h' })));
    time.passedMs += 2 * 60 * 60_000;
    expect(await one.isCut).toBe(true);
  });
});

describe('the command line', () => {
  test('says that the output was cut, and why', async () => {
    const token = await makeToken(orchestrator, 'printer');
    const running = runHosted(orchestrator, ['fleet', 'export'], { env: { SERVPACK_TOKEN: token } });
    await until('it reads', async () => (await usedAt('printer')) !== null);
    await revoke('printer');
    const { code, stdout, stderr } = await running;
    expect([code, stderr]).toEqual([
      5,
      'servpack: the list is incomplete, because the orchestrator has cut the answer: the token was revoked meanwhile\n',
    ]);
    expect(stdout).toContain('pc-1');
  });

  test('leaves no half file', async () => {
    const token = await makeToken(orchestrator, 'writer');
    const api = openApiClient({ url: orchestrator.url, token, user: null });
    const bytes = unwrapped(await api.stream('/v1/fleet/export', { format: 'csv' }));
    const path = join(orchestrator.folder, 'fleet.csv');
    const written = intoFile(path, bytes);
    await revoke('writer');
    expect(await written).toMatchObject({
      error: {
        code: 'token.brokenOff',
        message: `${path} is not written, because the orchestrator has cut the answer: the token was revoked meanwhile`,
      },
    });
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });
});

async function usedAt(name: string): Promise<string | null> {
  const { tokens } = (await orchestrator.ask('GET', '/v1/tokens')).body;
  return tokens.find((each: { readonly name: string }) => each.name === name).usedAt as string | null;
}

/** The proof of a request is made again when it is so old. */
async function aged(): Promise<void> {
  const from = performance.now();
  await until('the proof is old', () => performance.now() - from > 1_000);
}

test('an answer that took long to make is refused when the token was revoked meanwhile', async () => {
  const token = await makeToken(orchestrator, 'slow');
  const asked = orchestrator.ask('GET', '/v1/audit', undefined, bearer(token));
  await until('it is taken', async () => (await usedAt('slow')) !== null);
  await revoke('slow');
  await aged();
  gate.resolve();
  const { status, body } = await asked;
  expect([status, body.code]).toEqual([401, 'token.wrong']);
});

test('a request whose body is slow is refused when the token was revoked meanwhile', async () => {
  const token = await makeToken(orchestrator, 'drip');
  const sent = request(`${orchestrator.url}/v1/halt`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
  });
  sent.write('{"reason":');
  await until('it is taken', async () => (await usedAt('drip')) !== null);
  await revoke('drip');
  await aged();
  sent.end('"smoke"}');
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect([answer.statusCode, JSON.parse(await text(answer)).code]).toEqual([401, 'token.wrong']);
  expect((await orchestrator.ask('GET', '/v1/halt')).body).toEqual({ halted: null });
});
