import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import { needsToken, routesOf } from '../fixtures/routes.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now } from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import {
  type CheckInAnswer,
  type CheckInRequest,
  openListener,
  startDue,
  tokensOf,
} from './check-in-listener.ts';

describe.each(stores)('a check-in, on the %s store', (_name, open) => {
  test('is answered in one line, and makes a client of a running campaign due at once', async () => {
    const listener = await openListener(await open());
    await startDue(listener);
    const log = 'Client executable active: pcmsvc32.exe\r\n';
    const answer = await listener.checkIn('pc-1', await listener.tokenOf('pc-1'), { body: log });
    expect([answer.status, answer.text]).toEqual([200, 'pc-1: will be looked at now\n']);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const stored = await listener.orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored).toMatchObject({
      index: 'due',
      dueAt: now,
      inbox: [{ type: 'CheckedIn', transcript: log }],
    });
    expect(listener.orchestrator.jobs.at(-1)).toMatchObject({
      key: { client: 'pc-1' },
      activation: stored?.activation,
    });

    const waits = await listener.checkIn('pc-4', await listener.tokenOf('pc-4'));
    expect(waits.text).toBe(
      'pc-4: nothing to do: it is waiting in campaign sp4: nothing was done to it yet\n',
    );
    const unwanted = await listener.checkIn('pc-7', await listener.tokenOf('pc-7'));
    expect(unwanted.text).toBe('pc-7: nothing to do: no campaign wants this client\n');
  });

  test('needs the token of its own client, which opens nothing else', async () => {
    const listener = await openListener(await open());
    const token = await listener.tokenOf('pc-1');
    expect((await listener.checkIn('pc-1', token)).status).toBe(200);
    const refused = 'refused: the token is missing, or is not one of this client\n';
    for (const [client, given] of [
      ['pc-2', token],
      ['pc-1', ''],
      ['pc-1', `${token}x`],
      ['pc-1', token.replace('1.', '2.')],
      ['pc-1', token.replace('1.', '01.')],
      // The token of the API is refused here: no client should need to hold it.
      ['pc-1', listener.orchestrator.token],
      ['nobody', token],
    ] as const) {
      const answer = await listener.checkIn(client, given);
      expect([client, given, answer.status, answer.text]).toEqual([client, given, 401, refused]);
    }
    const { store } = listener.orchestrator;
    const before = await store.audit(100);
    for (const { method, path } of routesOf().filter(needsToken)) {
      const asked = path.replace('x-1', 'pc-1');
      const { status } = await listener.orchestrator.ask(method, asked, method === 'POST' ? {} : undefined, {
        authorization: `Bearer ${token}`,
      });
      expect([method, asked, status]).toEqual([method, asked, 401]);
    }
    expect(await store.audit(100)).toEqual(before);
    // The listener serves nothing of the API, whatever the token.
    for (const path of ['/v1/health', '/v1/fleet', '/v1/clients/pc-1/checkin', '/checkin', '/']) {
      const answer = await fetch(`${listener.url}${path}`, {
        headers: { authorization: `Bearer ${listener.orchestrator.token}` },
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('is refused with a revoked token, and taken with one that was issued afterwards', async () => {
    const listener = await openListener(await open());
    const [first, other] = [await listener.tokenOf('pc-1'), await listener.tokenOf('pc-2')];
    const revoke = (body: object) => listener.orchestrator.ask('POST', '/v1/fleet/tokens/revoke', body);
    expect((await revoke({ client: 'pc-1', reason: 'stolen' })).body).toEqual({ client: 'pc-1', least: 2 });
    expect(await listener.checkIn('pc-1', first)).toMatchObject({
      status: 401,
      text: 'refused: the token of pc-1 was revoked; it needs a new one\n',
    });
    expect((await listener.checkIn('pc-1', await listener.tokenOf('pc-1'))).status).toBe(200);
    expect((await listener.checkIn('pc-2', other)).status).toBe(200);
    await revoke({ below: 5, reason: 'new ones are out' });
    expect((await listener.checkIn('pc-2', other)).status).toBe(401);
    expect(await revoke({ below: 5, reason: 'again' })).toMatchObject({
      status: 409,
      body: { error: { code: 'tokens.revoked' } },
    });
    const csv = await tokensOf(listener.orchestrator, 'generation=6');
    const [head, ...rows] = csv.trim().split('\n');
    expect([head, rows.length]).toEqual(['client,host,generation,token', 10]);
    const row = rows.find((each) => each.startsWith('pc-2,')) ?? '';
    expect((await listener.checkIn('pc-2', row.split(',')[3] ?? '')).status).toBe(200);
    expect(
      (await listener.orchestrator.store.audit(9)).map(({ to, because }) => `${to}: ${because}`).slice(0, 2),
    ).toEqual([
      'tokens revoked: below generation 5: new ones are out',
      'tokens revoked: below generation 2: stolen',
    ]);
  });
});

test('a check-in is taken with basic authentication, with GET and a query, and with PUT', async () => {
  const listener = await openListener();
  const token = await listener.tokenOf('pc-1');
  const basic = Buffer.from(`pc-1:${token}`).toString('base64');
  const ways: readonly CheckInRequest[] = [
    { headers: { authorization: `Basic ${basic}` } },
    { method: 'GET', query: `?token=${token}` },
    { method: 'PUT', headers: { authorization: `bearer ${token}` }, body: 'x' },
  ];
  for (const way of ways) expect((await listener.checkIn('pc-1', '', way)).status).toBe(200);
  // %COMPUTERNAME% is in capitals.
  expect((await listener.checkIn('PC-1', token)).text).toBe(
    'pc-1: nothing to do: no campaign wants this client\n',
  );
});

test('the token of a client opens no other client whose name differs by case only, also after it was revoked', async () => {
  const store = createMemoryStore(Date.now);
  const listener = await openListener(store);
  const token = await listener.tokenOf('pc-1');
  const revoke = (client: string, below: number) =>
    listener.orchestrator.ask('POST', '/v1/fleet/tokens/revoke', { client, below, reason: 'stolen' });
  // A fleet of an earlier version.
  const known = await store.readClient('pc-1');
  if (known === null) throw new Error('pc-1 is in the fleet');
  await store.importFleet([{ ...known, client: 'PC-1', host: 'NT-101' }]);
  for (const name of ['pc-1', 'PC-1'])
    expect(await listener.checkIn(name, token)).toMatchObject({
      status: 409,
      text: expect.stringMatching(
        /^refused: (pc-1 and PC-1|PC-1 and pc-1) are clients of the fleet that differ by case only\n$/,
      ),
    });
  expect((await revoke('pc-1', 4)).body).toEqual({ client: 'pc-1', least: 4 });
  expect(await store.leastGeneration('PC-1')).toBe(4);
  expect((await revoke('PC-1', 3)).body.error.code).toBe('tokens.revoked');
});

test('the last generation of tokens stays good: no revocation leaves a client without a token for ever', async () => {
  const listener = await openListener();
  const revoke = (below?: number) =>
    listener.orchestrator.ask('POST', '/v1/fleet/tokens/revoke', { client: 'pc-1', below, reason: 'stolen' });
  expect((await revoke(999_999_999)).body).toEqual({ client: 'pc-1', least: 999_999_999 });
  const token = await listener.tokenOf('pc-1');
  expect((await listener.checkIn('pc-1', token)).status).toBe(200);
  expect((await revoke()).body.error).toMatchObject({
    code: 'tokens.last',
    message: expect.stringContaining('generation 999999999 is the last one'),
  });
  expect((await revoke(1_000_000_000)).status).toBe(400);
  expect((await listener.checkIn('pc-1', token)).status).toBe(200);
});

test.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
  'a client called %s has a token like any other',
  async (client) => {
    const listener = await openListener();
    const text = `client,logonServer\n${client},LS-ROM\n`;
    expect((await listener.orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text })).body.added).toBe(
      1,
    );
    const token = await listener.tokenOf(client);
    expect(token).toMatch(/^1\./);
    expect((await listener.checkIn(client, token)).status).toBe(200);
  },
);

test('a client that checks in too often is refused with a time to retry, without a read of the store', async () => {
  const asked: string[] = [];
  const store = createMemoryStore(Date.now);
  const listener = await openListener({
    ...store,
    spellings: (names) => (asked.push(...names), store.spellings(names)),
    readClient: (name) => (asked.push(name), store.readClient(name)),
  });
  const [token, other] = [await listener.tokenOf('pc-1'), await listener.tokenOf('pc-2')];
  asked.length = 0;
  const answers: CheckInAnswer[] = [];
  for (let n = 0; n < 10; n += 1) answers.push(await listener.checkIn('pc-1', token));
  expect(answers.map(({ status }) => status)).toEqual([...Array(4).fill(200), ...Array(6).fill(429)]);
  expect(asked).toEqual(Array(4).fill(['pc-1', 'pc-1']).flat());
  const last = answers.at(-1);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(10);
  expect(last?.text).toMatch(/^refused: pc-1 has checked in too often; again in \d+ s\n$/);
  expect((await listener.checkIn('pc-2', other)).status).toBe(200);
});

test('a check-in is refused with a time to retry while Redis is unavailable, and refused when it is too large', async () => {
  const store = createMemoryStore(Date.now);
  const refuse = () => Promise.reject(new StoreUnavailable('Redis at x does not answer'));
  let isUnavailable = false;
  const listener = await openListener({
    ...store,
    leastGeneration: (client) => (isUnavailable ? refuse() : store.leastGeneration(client)),
  });
  const token = await listener.tokenOf('pc-1');
  isUnavailable = true;
  const answer = await listener.checkIn('pc-1', token);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  expect(answer.text).toBe('refused: it cannot be written down now; again in 30 s\n');
  isUnavailable = false;
  expect(await listener.checkIn('pc-1', token, { body: 'x'.repeat(300_000) })).toMatchObject({
    status: 413,
    text: 'refused: more than 256 KiB are not taken\n',
  });
  expect((await listener.checkIn('pc-1', token, { body: 'x'.repeat(200_000) })).status).toBe(200);
});

test('the log of check-ins holds no token', async () => {
  const listener = await openListener();
  const token = await listener.tokenOf('pc-1');
  await listener.checkIn('pc-1', token);
  await listener.checkIn('pc-2', token);
  await listener.checkIn('pc-1', '', { method: 'GET', query: `?token=${token}` });
  await tokensOf(listener.orchestrator);
  expect(listener.logged.length).toBeGreaterThan(2);
  expect(listener.logged.filter((line) => line.includes(token) || line.includes(token.slice(2)))).toEqual([]);
  expect(listener.logged.join('')).toContain('check-ins without their token');
});

test('a log that a client sends is read as UTF-16, UTF-8 or Latin-1, as Windows wrote it', async () => {
  const listener = await openListener();
  await startDue(listener);
  const token = await listener.tokenOf('pc-1');
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Lösung', 'utf16le')]);
  for (const body of [utf16, Buffer.from('Lösung'), Buffer.from('Lösung', 'latin1')])
    await listener.checkIn('pc-1', token, { body });
  const stored = await listener.orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
  const texts = stored?.inbox.map((message) => ('transcript' in message ? message.transcript : ''));
  expect(texts).toEqual(['Lösung', 'Lösung', 'Lösung']);
});

test('the command line lists check-in tokens, and revokes them', async () => {
  const listener = await openListener();
  const { stdout } = await runHosted(listener.orchestrator, ['fleet', 'tokens', 'pc-1']);
  const token = await listener.tokenOf('pc-1');
  expect(stdout).toBe(`client  generation  token\npc-1             1  ${token}\n1 client\n`);
  const revoked = await runHosted(listener.orchestrator, [
    'fleet',
    'revoke-tokens',
    'pc-1',
    '--reason',
    'stolen',
  ]);
  expect(revoked.stdout).toBe(
    'pc-1: check-in tokens below generation 2 are refused from now on\nList the new tokens: servpack fleet tokens pc-1\n',
  );
  expect((await listener.checkIn('pc-1', token)).status).toBe(401);
});

test('a request without its end and an unknown method leave the listener at work', async () => {
  const listener = await openListener();
  const token = await listener.tokenOf('pc-1');
  const { port } = new URL(listener.url);
  const half = request({
    host: '127.0.0.1',
    port,
    path: '/checkin/pc-1',
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-length': '99' },
  });
  half.on('error', () => undefined);
  half.write('x');
  expect((await listener.checkIn('pc-1', token, { method: 'DELETE' })).status).toBe(404);
  expect((await listener.checkIn('pc-1', token)).status).toBe(200);
  half.destroy();
});
