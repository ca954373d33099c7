import { request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addressIn } from '../../orchestrator/http/checkin/address.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { routesOf } from './routes.ts';
import { runCliAt } from './run-cli.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from './small-orchestrator.ts';
import { unwrapped } from './unwrapped.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

const stores: readonly [name: string, open: () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => unwrapped(await openRedisStore(testRedis()))],
];

interface Door {
  readonly orchestrator: SmallOrchestrator;
  readonly url: string;
  readonly logged: readonly string[];
  tokenOf(client: string): Promise<string>;
  checkIn(client: string, token: string, more?: Knock): Promise<Heard>;
}

interface Knock {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

interface Heard {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function openDoor(
  store: Store = createMemoryStore(Date.now),
  config: Parameters<SmallOrchestrator['openDoor']>[0] = {},
): Promise<Door> {
  const logged: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(chunk.toString());
      done();
    },
  });
  const orchestrator = await startSmallOrchestrator(store, pino({ level: 'trace' }, stream));
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  const url = await orchestrator.openDoor(config);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  return {
    orchestrator,
    url,
    logged,
    tokenOf: async (client) =>
      (await tokensOf(orchestrator, `client=${client}`)).split(',').at(-1)?.trim() ?? '',
    checkIn: async (client, token, { method = 'POST', body, headers = {}, query = '' } = {}) => {
      const answer = await fetch(`${url}/checkin/${client}${query}`, {
        method,
        headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
      });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
  };
}

async function tokensOf({ url, token }: SmallOrchestrator, query = ''): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${url}/v1/fleet/tokens?format=csv&${query}`, { headers })).text();
}

/** A running campaign that waits for pc-1, which is due in an hour. */
async function startDue({ orchestrator }: Door): Promise<void> {
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const selection = 'seed: 1\nselect: { clients: [pc-1, pc-2, pc-4] }\n';
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4', selection) });
  await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
  await orchestrator.store.admit(
    'sp4',
    [{ client: 'pc-1', wave: 0, logonServer: 'LS-ROM' }],
    now + 3_600_000,
  );
}

describe.each(stores)('the door for check-ins on the %s store', (_name, open) => {
  test('says in one line what becomes of it, and makes who is wanted due at once', async () => {
    const door = await openDoor(await open());
    await startDue(door);
    const log = 'Client executable active: pcmsvc32.exe\r\n';
    const heard = await door.checkIn('pc-1', await door.tokenOf('pc-1'), { body: log });
    expect([heard.status, heard.text]).toEqual([200, 'pc-1: will be looked at now\n']);
    expect(heard.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const stored = await door.orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored).toMatchObject({
      index: 'due',
      dueAt: now,
      inbox: [{ type: 'CheckedIn', transcript: log }],
    });
    expect(door.orchestrator.jobs.at(-1)).toMatchObject({
      key: { client: 'pc-1' },
      activation: stored?.activation,
    });

    const waits = await door.checkIn('pc-4', await door.tokenOf('pc-4'));
    expect(waits.text).toBe('pc-4: nothing to do: it waits in campaign sp4 and is not admitted yet\n');
    const unwanted = await door.checkIn('pc-7', await door.tokenOf('pc-7'));
    expect(unwanted.text).toBe('pc-7: nothing to do: no campaign wants this client\n');
  });

  test('a token is good for one client, for a check-in and for nothing else', async () => {
    const door = await openDoor(await open());
    const token = await door.tokenOf('pc-1');
    expect((await door.checkIn('pc-1', token)).status).toBe(200);
    const refused = 'refused: the token is missing, or is not one of this client\n';
    for (const [client, given] of [
      ['pc-2', token],
      ['pc-1', ''],
      ['pc-1', `${token}x`],
      ['pc-1', token.replace('1.', '2.')],
      ['pc-1', token.replace('1.', '01.')],
      // The token of the API is refused here: laptops must not have it.
      ['pc-1', door.orchestrator.token],
      ['nobody', token],
    ] as const) {
      const heard = await door.checkIn(client, given);
      expect([client, given, heard.status, heard.text]).toEqual([client, given, 401, refused]);
    }
    const { store } = door.orchestrator;
    const before = await store.audit(100);
    for (const { method, path } of routesOf().filter(({ path: each }) => each !== '/v1/health')) {
      const asked = path.replace('x-1', 'pc-1');
      const { status } = await door.orchestrator.ask(method, asked, method === 'POST' ? {} : undefined, {
        authorization: `Bearer ${token}`,
      });
      expect([method, asked, status]).toEqual([method, asked, 401]);
    }
    expect(await store.audit(100)).toEqual(before);
    // This port serves no route of the API, whatever the token.
    for (const path of ['/v1/health', '/v1/fleet', '/v1/clients/pc-1/checkin', '/checkin', '/']) {
      const answer = await fetch(`${door.url}${path}`, {
        headers: { authorization: `Bearer ${door.orchestrator.token}` },
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('what was revoked is refused, and what is handed out afterwards is good', async () => {
    const door = await openDoor(await open());
    const [first, other] = [await door.tokenOf('pc-1'), await door.tokenOf('pc-2')];
    const revoke = (body: object) => door.orchestrator.ask('POST', '/v1/fleet/tokens/revoke', body);
    expect((await revoke({ client: 'pc-1', reason: 'stolen' })).body).toEqual({ client: 'pc-1', least: 2 });
    expect(await door.checkIn('pc-1', first)).toMatchObject({
      status: 401,
      text: 'refused: the token of pc-1 was revoked; it needs a new one\n',
    });
    expect((await door.checkIn('pc-1', await door.tokenOf('pc-1'))).status).toBe(200);
    expect((await door.checkIn('pc-2', other)).status).toBe(200);
    await revoke({ below: 5, reason: 'new ones are out' });
    expect((await door.checkIn('pc-2', other)).status).toBe(401);
    expect(await revoke({ below: 5, reason: 'again' })).toMatchObject({
      status: 409,
      body: { error: { code: 'tokens.revoked' } },
    });
    const csv = await tokensOf(door.orchestrator, 'generation=6');
    const [head, ...rows] = csv.trim().split('\n');
    expect([head, rows.length]).toEqual(['client,host,generation,token', 10]);
    const row = rows.find((each) => each.startsWith('pc-2,')) ?? '';
    expect((await door.checkIn('pc-2', row.split(',')[3] ?? '')).status).toBe(200);
    expect(
      (await door.orchestrator.store.audit(9)).map(({ to, because }) => `${to}: ${because}`).slice(0, 2),
    ).toEqual([
      'tokens revoked: below generation 5: new ones are out',
      'tokens revoked: below generation 2: stolen',
    ]);
  });
});

test('a client may say it in whichever way it can', async () => {
  const door = await openDoor();
  const token = await door.tokenOf('pc-1');
  const basic = Buffer.from(`pc-1:${token}`).toString('base64');
  const ways: readonly Knock[] = [
    { headers: { authorization: `Basic ${basic}` } },
    { method: 'GET', query: `?token=${token}` },
    { method: 'PUT', headers: { authorization: `bearer ${token}` }, body: 'x' },
  ];
  for (const way of ways) expect((await door.checkIn('pc-1', '', way)).status).toBe(200);
  // %COMPUTERNAME% is all capitals.
  expect((await door.checkIn('PC-1', token)).text).toBe(
    'pc-1: nothing to do: no campaign wants this client\n',
  );
});

test('who checks in too often is told when to come again, and nothing is asked of the store', async () => {
  const asked: string[] = [];
  const store = createMemoryStore(Date.now);
  const door = await openDoor({ ...store, readClient: (name) => (asked.push(name), store.readClient(name)) });
  const [token, other] = [await door.tokenOf('pc-1'), await door.tokenOf('pc-2')];
  asked.length = 0;
  const heard: Heard[] = [];
  for (let n = 0; n < 10; n += 1) heard.push(await door.checkIn('pc-1', token));
  expect(heard.map(({ status }) => status)).toEqual([...Array(4).fill(200), ...Array(6).fill(429)]);
  expect(asked).toHaveLength(4);
  const last = heard.at(-1);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(10);
  expect(last?.text).toMatch(/^refused: pc-1 has checked in too often; again in \d+ s\n$/);
  expect((await door.checkIn('pc-2', other)).status).toBe(200);
});

test('while Redis is away it is told to come again, and too much is not taken', async () => {
  const store = createMemoryStore(Date.now);
  const away = () => Promise.reject(new StoreUnavailable('Redis at x does not answer'));
  const hands = { away: false };
  const door = await openDoor({
    ...store,
    leastGeneration: (client) => (hands.away ? away() : store.leastGeneration(client)),
  });
  const token = await door.tokenOf('pc-1');
  hands.away = true;
  const heard = await door.checkIn('pc-1', token);
  expect([heard.status, heard.headers.get('retry-after')]).toEqual([503, '30']);
  expect(heard.text).toBe('refused: it cannot be written down now; again in 30 s\n');
  hands.away = false;
  expect(await door.checkIn('pc-1', token, { body: 'x'.repeat(300_000) })).toMatchObject({
    status: 413,
    text: 'refused: more than 256 KiB are not taken\n',
  });
  expect((await door.checkIn('pc-1', token, { body: 'x'.repeat(200_000) })).status).toBe(200);
});

test('no token stands in a log', async () => {
  const door = await openDoor();
  const token = await door.tokenOf('pc-1');
  await door.checkIn('pc-1', token);
  await door.checkIn('pc-2', token);
  await door.checkIn('pc-1', '', { method: 'GET', query: `?token=${token}` });
  await tokensOf(door.orchestrator);
  expect(door.logged.length).toBeGreaterThan(2);
  expect(door.logged.filter((line) => line.includes(token) || line.includes(token.slice(2)))).toEqual([]);
  expect(door.logged.join('')).toContain('check-ins without their token');
});

test('the text of a log is read in the form in which Windows wrote it', async () => {
  const door = await openDoor();
  await startDue(door);
  const token = await door.tokenOf('pc-1');
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Lösung', 'utf16le')]);
  for (const body of [utf16, Buffer.from('Lösung'), Buffer.from('Lösung', 'latin1')])
    await door.checkIn('pc-1', token, { body });
  const stored = await door.orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
  const texts = stored?.inbox.map((message) => ('transcript' in message ? message.transcript : ''));
  expect(texts).toEqual(['Lösung', 'Lösung', 'Lösung']);
});

describe('the address that a check-in brings', () => {
  const pinned = { hostKeys: ['SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'] };

  async function pinnedDoor(address: 'never' | 'sent' | 'peer'): Promise<Door> {
    const store = createMemoryStore(Date.now);
    const door = await openDoor(store, { address });
    const client = await store.readClient('pc-1');
    if (client === null) throw new Error('pc-1 is in the fleet');
    await store.importFleet([{ ...client, ...pinned }]);
    return door;
  }

  const sent = (host: string): Knock => ({ headers: { 'x-servpack-host': host } });

  test('is taken when the policy says so, stands in the audit, and changes nothing but the host', async () => {
    const door = await pinnedDoor('sent');
    const before = await door.orchestrator.store.readClient('pc-1');
    const token = await door.tokenOf('pc-1');
    const heard = await door.checkIn('pc-1', token, sent('10.0.0.7'));
    expect(heard.text).toContain('\naddress: 10.0.0.7, before NT-1\n');
    expect(await door.orchestrator.store.readClient('pc-1')).toEqual({ ...before, host: '10.0.0.7' });
    const [entry] = await door.orchestrator.store.audit(1);
    expect(entry).toMatchObject({
      client: 'pc-1',
      who: 'client pc-1 (check-in token)',
      to: 'moved',
      because: 'its address is 10.0.0.7 now, before NT-1',
    });
    expect((await door.checkIn('pc-1', token, sent('10.0.0.7'))).text).toContain('10.0.0.7, as before');
    expect((await door.orchestrator.store.audit(9)).filter(({ to }) => to === 'moved')).toHaveLength(1);
  });

  test('is not taken without the policy, and never for a client whose host key nobody has pinned', async () => {
    const never = await pinnedDoor('never');
    expect((await never.checkIn('pc-1', await never.tokenOf('pc-1'), sent('10.0.0.7'))).text).not.toContain(
      'address',
    );
    const door = await pinnedDoor('sent');
    const token = await door.tokenOf('pc-2');
    expect((await door.checkIn('pc-2', token, sent('10.0.0.7'))).text).toContain(
      'address: left as it is, no host key of this client is pinned in the fleet\n',
    );
    expect((await door.orchestrator.store.readClient('pc-2'))?.host).toBe('NT-2');
    // The token of one client cannot change the address of another.
    expect((await door.checkIn('pc-1', token, sent('10.0.0.7'))).status).toBe(401);
    expect((await door.orchestrator.store.readClient('pc-1'))?.host).toBe('NT-1');
  });

  test.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '169.254.7.7',
    '224.0.0.1',
    '255.255.255.255',
    'localhost',
    'a.localhost',
    '2130706433',
    '127.1',
    '0x7f000001',
    '10.0.0.7 -oProxyCommand=x',
    '-oProxyCommand=x',
    'a;b',
    'pc-1..',
    'x'.repeat(300),
    '',
  ])('%s is not one', (host) => {
    expect(addressIn('sent', { sent: host, peer: '10.0.0.7' }).kind).toBe('unfit');
  });

  test.each(['10.0.0.7', '2001:db8::7', 'pc-1.corp.example', 'PC-1'])('%s is one', (host) => {
    expect(addressIn('sent', { sent: host, peer: '127.0.0.1' })).toEqual({ kind: 'given', host });
  });

  test('by where the connection comes from: whatever the client says counts for nothing', async () => {
    const door = await pinnedDoor('peer');
    const heard = await door.checkIn('pc-1', await door.tokenOf('pc-1'), {
      headers: { 'x-servpack-host': '10.0.0.7', 'x-forwarded-for': '10.0.0.8' },
    });
    expect(heard.text).toContain('address: left as it is, no client is reached at such an address\n');
  });
});

test('the command line hands tokens out, and takes them back', async () => {
  const door = await openDoor();
  const { stdout } = await runCliAt(door.orchestrator, ['fleet', 'tokens', 'pc-1']);
  const token = await door.tokenOf('pc-1');
  expect(stdout).toBe(`pc-1  generation 1  ${token}\n1 client\n`);
  const revoked = await runCliAt(door.orchestrator, ['fleet', 'revoke-tokens', 'pc-1', '--reason', 'stolen']);
  expect(revoked.stdout).toBe(
    'pc-1: check-in tokens below generation 2 are refused from now on\nnew ones: servpack fleet tokens pc-1\n',
  );
  expect((await door.checkIn('pc-1', token)).status).toBe(401);
});

test('a half request and a strange method hurt nobody', async () => {
  const door = await openDoor();
  const token = await door.tokenOf('pc-1');
  const { port } = new URL(door.url);
  const half = request({
    host: '127.0.0.1',
    port,
    path: '/checkin/pc-1',
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-length': '99' },
  });
  half.on('error', () => undefined);
  half.write('x');
  expect((await door.checkIn('pc-1', token, { method: 'DELETE' })).status).toBe(404);
  expect((await door.checkIn('pc-1', token)).status).toBe(200);
  half.destroy();
});
