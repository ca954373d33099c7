import { describe, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import { standingClock } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** Asks as a browser does: no token, and the cookie that it was given. */
async function browse(
  { url }: SmallOrchestrator,
  method: string,
  path: string,
  { body, cookie, ...headers }: Readonly<Record<string, string>> & { body?: string; cookie?: string } = {},
) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const given = response.headers.get('set-cookie');
  // The test knows what the answer to its request holds.
  // oxlint-disable-next-line typescript/no-explicit-any
  const { schemaVersion: _, ...answer } = (await response.json()) as any;
  return { status: response.status, answer, given, cookie: given?.split(';')[0] ?? '' };
}

const own = { 'sec-fetch-site': 'same-origin' };
const signIn = (orchestrator: SmallOrchestrator, given: object) =>
  browse(orchestrator, 'POST', '/v1/session', { body: JSON.stringify(given), ...own });

/** An orchestrator whose real time the test moves on. */
async function withClock() {
  const time = { now: Date.UTC(2026, 10, 30, 1) };
  const clock = { ...standingClock(now), realNow: () => time.now };
  const orchestrator = await startSmallOrchestrator(undefined, { context: { clock } });
  return { orchestrator, time };
}

describe('a session', () => {
  test('is what a token is exchanged for, and says who one is', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const order = { role: 'approver', person: 'anna', campaigns: ['pune-*'] } as const;
    const token = await makeToken(orchestrator, 'anna-1', order);
    const begun = await signIn(orchestrator, { token });
    expect(begun.given).toMatch(/^servpack=[0-9A-Za-z]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    const { cookie } = begun;
    const { status, answer } = await browse(orchestrator, 'GET', '/v1/session', { cookie });
    expect([status, answer]).toEqual([200, begun.answer]);
    expect(answer).toMatchObject({
      name: 'anna-1',
      by: 'token anna-1',
      person: 'anna',
      role: 'approver',
      permissions: ['see', 'stop', 'change', 'answer', 'audit'],
      narrowing: { campaigns: ['pune-*'], sites: [] },
      session: expect.stringMatching(/^\w{8}$/),
    });
    // Another sign-in is another session: what a stranger has planted is not used.
    const again = await browse(orchestrator, 'POST', '/v1/session', {
      body: JSON.stringify({ token }),
      cookie,
      ...own,
    });
    expect(again.cookie).not.toBe(cookie);
    const { body } = await orchestrator.ask('GET', '/v1/session', undefined, bearer(token));
    expect(body).toMatchObject({ name: 'anna-1', session: null, expiresAt: null });
  });

  test('acts as its token: same role, same name in the audit', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const token = await makeToken(orchestrator, 'anna-1', { role: 'operator', person: 'anna' });
    const { cookie } = await signIn(orchestrator, { token });
    const halted = await browse(orchestrator, 'POST', '/v1/halt', {
      body: JSON.stringify({ reason: 'smoke' }),
      cookie,
      ...own,
    });
    expect(halted.answer.halted.by).toBe('anna (token anna-1)');
    const tokens = await browse(orchestrator, 'GET', '/v1/tokens', { cookie });
    expect([tokens.status, tokens.answer.role.has]).toEqual([403, 'operator']);
  });

  test('is refused to pages of other sites, which change nothing', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const { cookie } = await signIn(orchestrator, { token: orchestrator.token });
    const body = JSON.stringify({ reason: 'smoke' });
    const halt = (headers: Record<string, string>) =>
      browse(orchestrator, 'POST', '/v1/halt', { body, cookie, ...headers });
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: orchestrator.url },
    ] as Record<string, string>[]) {
      const { status, answer } = await halt(headers);
      expect([headers, status, answer.code]).toEqual([headers, 403, 'origin.other']);
    }
    expect((await orchestrator.ask('GET', '/v1/halt')).body).toEqual({ halted: null });
    expect((await halt({ origin: orchestrator.url })).status).toBe(200);
    const foreign = await browse(orchestrator, 'POST', '/v1/session', {
      body: JSON.stringify({ token: orchestrator.token }),
      'sec-fetch-site': 'cross-site',
    });
    expect([foreign.status, foreign.given]).toEqual([403, null]);
  });

  test('ends when its person signs out, and its cookie is good for nothing then', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const { cookie } = await signIn(orchestrator, { token: orchestrator.token });
    const out = await browse(orchestrator, 'DELETE', '/v1/session', { cookie, ...own });
    expect([out.answer, out.given]).toEqual([{ ended: true }, expect.stringContaining('Max-Age=0')]);
    const { status, answer } = await browse(orchestrator, 'GET', '/v1/session', { cookie });
    expect([status, answer.code]).toEqual([401, 'token.noSession']);
  });

  test('ends an hour after its last use, and twelve hours after its start', async () => {
    const { orchestrator, time } = await withClock();
    await using _ = orchestrator;
    const { cookie } = await signIn(orchestrator, { token: orchestrator.token });
    const status = async () => (await browse(orchestrator, 'GET', '/v1/session', { cookie })).status;
    for (let minutes = 0; minutes < 12 * 60; minutes += 59) {
      expect([minutes, await status()]).toEqual([minutes, 200]);
      time.now += 59 * 60_000;
    }
    expect(await status()).toBe(401);
    const other = await signIn(orchestrator, { token: orchestrator.token });
    time.now += 60 * 60_000;
    expect((await browse(orchestrator, 'GET', '/v1/session', { cookie: other.cookie })).status).toBe(401);
  });

  test('ends with its token, and by an administrator, everywhere within a second', async () => {
    const place = testRedis();
    const open = async () => unwrapped(await openRedisStore(place));
    await using one = await startSmallOrchestrator(await open());
    await using other = await startSmallOrchestrator(await open());
    const token = await makeToken(one, 'anna', { role: 'viewer', person: 'anna' });
    const [first, second] = [await signIn(one, { token }), await signIn(one, { token })];
    const status = async (cookie: string) => (await browse(other, 'GET', '/v1/campaigns', { cookie })).status;
    // The other one knows both at once, also where it has just looked.
    expect(await Promise.all([status(first.cookie), status(second.cookie)])).toEqual([200, 200]);
    const third = await makeToken(one, 'kim', { role: 'viewer', person: 'kim' });
    expect((await fetch(`${other.url}/v1/campaigns`, { headers: bearer(third) })).status).toBe(200);
    const fourth = await signIn(one, { token: third });
    expect(await status(fourth.cookie)).toBe(200);
    const listed = await runHosted(one, ['session', 'list', '--json']);
    const sessions = JSON.parse(listed.stdout).sessions as readonly { id: string; person: string }[];
    expect(sessions.map(({ person }) => person).toSorted()).toEqual(['anna', 'anna', 'kim']);
    const ended = await runHosted(one, ['session', 'end', first.answer.session, '--reason', 'lost']);
    expect([ended.code, ended.stdout]).toEqual([0, 'The session has ended.\n']);
    await until('it is refused', async () => (await status(first.cookie)) === 401);
    expect(await status(second.cookie)).toBe(200);
    await one.ask('POST', '/v1/tokens/anna/revoke', { reason: 'anna has left' });
    await until('it is refused, too', async () => (await status(second.cookie)) === 401);
    await one.ask('POST', '/v1/tokens/kim/revoke', { reason: 'she has left, too' });
    expect((await runHosted(one, ['session', 'list'])).stdout).toBe('Nobody is signed in.\n');
  });
});

describe('a link to sign in', () => {
  test('is printed with its code in the fragment, and is good once', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const { stdout } = await runHosted(orchestrator, ['open']);
    const [, link = ''] = stdout.split('\n');
    expect(link.startsWith(`${orchestrator.url}/#code=`)).toBe(true);
    const code = link.split('#code=')[1] ?? '';
    const begun = await signIn(orchestrator, { code });
    expect(begun.answer).toMatchObject({ name: 'default', role: 'administrator', person: null });
    const again = await signIn(orchestrator, { code });
    expect([again.status, again.answer.code, again.given]).toEqual([401, 'token.link', null]);
  });
});

test('ten sign-ins of an address may fail in a minute; the next one is not looked at', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const codes: string[] = [];
  for (let tries = 0; tries < 11; tries += 1)
    codes.push((await signIn(orchestrator, { token: 'sp_aaaaaaaa_guess' })).answer.code);
  expect(codes).toEqual([...Array.from({ length: 10 }, () => 'token.wrong'), 'tooMany.signIns']);
  expect((await signIn(orchestrator, { token: orchestrator.token })).status).toBe(429);
  expect((await orchestrator.ask('GET', '/v1/session')).status).toBe(200);
});
