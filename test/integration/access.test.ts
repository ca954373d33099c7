import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import { standingClock } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken, personIn } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

describe('a token of the API', () => {
  test('is refused at every orchestrator within a second after it was revoked at one', async () => {
    const place = testRedis();
    const open = async () => unwrapped(await openRedisStore(place));
    await using one = await startSmallOrchestrator(await open());
    await using other = await startSmallOrchestrator(await open());
    const lost = bearer(await makeToken(one, 'lost', { role: 'viewer' }));
    const read = (at: SmallOrchestrator) => at.ask('GET', '/v1/campaigns', undefined, lost);
    expect([(await read(one)).status, (await read(other)).status]).toEqual([200, 200]);
    await one.ask('POST', '/v1/tokens/LOST/revoke', { reason: 'on a train' });
    const revokedAt = performance.now();
    expect((await read(one)).status).toBe(401);
    // Asked all the time: a request that begins a second later is never answered.
    let begunAt = 0;
    await until('the other one refuses it, too', async () => {
      begunAt = performance.now();
      return (await read(other)).status === 401;
    });
    expect(begunAt - revokedAt < 1_000 || (await read(other)).status === 401).toBe(true);
    const entries = await one.store.audit(2);
    expect(entries.map(({ to, because }) => [to, because])).toEqual([
      ['API token revoked', expect.stringMatching(/^token lost \(\w{8}\): on a train$/)],
      [
        'API token created',
        expect.stringMatching(
          /^token lost \(\w{8}\), role viewer, of no single person, does not expire, for everything$/,
        ),
      ],
    ]);
  });

  test('is kept as its hash alone, and shown once', async () => {
    const place = testRedis();
    const logged: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
    await using orchestrator = await startSmallOrchestrator(unwrapped(await openRedisStore(place)), { log });
    const created = await orchestrator.ask(
      'POST',
      '/v1/tokens',
      { name: 'night', role: 'operator' },
      { 'idempotency-key': 'once' },
    );
    const token = created.body.token as string;
    expect(token).toMatch(/^sp_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    const secret = token.slice(-43);
    expect((await orchestrator.ask('GET', '/v1/campaigns', undefined, bearer(token))).status).toBe(200);
    const listed = JSON.stringify((await orchestrator.ask('GET', '/v1/tokens')).body);
    expect(listed).toContain('"name":"night"');
    expect([listed, logged.join('')].filter((text) => text.includes(secret))).toEqual([]);
    const redis = new Redis(place.url);
    const dumped: string[] = [];
    for (const key of await redis.keys(`{${place.prefix}:*`)) {
      const dump = await redis.dumpBuffer(key);
      dumped.push(`${key} ${dump?.toString('latin1')}`);
    }
    redis.disconnect();
    expect(dumped.some((text) => text.includes('"name":"night"') || text.includes('apiTokens'))).toBe(true);
    expect(dumped.filter((text) => text.includes(secret))).toEqual([]);
  });

  test('notes its last use once a minute', async () => {
    let realNow = Date.UTC(2026, 10, 30, 1);
    const clock = { ...standingClock(now), realNow: () => realNow };
    await using orchestrator = await startSmallOrchestrator(undefined, { context: { clock } });
    const noted: number[] = [];
    const { store } = orchestrator;
    const noteUse = store.noteUse.bind(store);
    store.noteUse = async (id, at) => {
      noted.push(at);
      await noteUse(id, at);
    };
    const night = bearer(await makeToken(orchestrator, 'night'));
    const use = () => orchestrator.ask('GET', '/v1/campaigns', undefined, night);
    await use();
    realNow += 59_000;
    await use();
    realNow += 1_000;
    await use();
    await use();
    expect(noted).toEqual([realNow - 60_000, realNow]);
    const { body } = await orchestrator.ask('GET', '/v1/tokens');
    expect(body.tokens).toMatchObject([{ name: 'night', usedAt: '2026-11-30T01:01:00Z' }]);
  });

  test('is made, listed and revoked on the command line', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const create = 'token create night --role operator --person anna --expires 90d --campaigns pune-*,x';
    const made = await runHosted(orchestrator, create.split(' '));
    expect([made.code, made.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Token night: operator, anna, until [\dTZ:-]+, only campaigns pune-\*, x\. It is shown only now:\nsp_\w+\n$/,
      ),
    ]);
    const again = await runHosted(orchestrator, ['token', 'create', 'Night', '--role', 'viewer']);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('a token named Night exists')]);
    const list = await runHosted(orchestrator, ['token', 'list']);
    expect(list.stdout).toMatch(/night +operator +anna +never .*campaigns pune-\*, x/);
    const file = await runHosted(orchestrator, ['token', 'revoke', 'default', '--reason', 'x']);
    expect([file.code, file.stderr]).toEqual([4, expect.stringContaining('token file of an orchestrator')]);
    const revoked = await runHosted(orchestrator, ['token', 'revoke', 'night', '--reason', 'x']);
    expect(revoked.stdout).toContain('Token night is revoked');
    const { stdout } = await runHosted(orchestrator, ['doctor', '--sample', '0']);
    expect(stdout).toContain('the token of the token file may do everything, as administrator');
  });

  test.each([
    [{ expires: 'soon' }, 'input.expires'],
    [{ expires: '0d' }, 'input.expires'],
    [{ role: 'king' }, 'input.request'],
    [{ person: 'a\nb' }, 'input.request'],
    [{ campaigns: ['*'] }, 'input.request'],
    [{ sites: ['LS PUN'] }, 'input.request'],
    [{ name: 'default' }, 'accessToken.taken'],
  ])('is not made of %j', async (wrong, code) => {
    await using orchestrator = await startSmallOrchestrator();
    const { body } = await orchestrator.ask('POST', '/v1/tokens', { name: 'a', role: 'viewer', ...wrong });
    expect(body.code).toBe(code);
    expect((await orchestrator.ask('GET', '/v1/tokens')).body.tokens).toEqual([]);
  });
});

test('the audit names whom the token proves, and what the caller says of itself as a remark', async () => {
  await using orchestrator = await startRunning();
  const anna = await personIn(orchestrator, 'anna');
  const annaAtHome = await personIn(orchestrator, 'Anna', 'anna-at-home');
  const crowd = bearer(await makeToken(orchestrator, 'crowd'));
  for (const [headers, who] of [
    [{}, 'token default'],
    [{ 'x-servpack-user': 'kim' }, 'token default (says kim)'],
    [crowd, 'token crowd'],
    [anna, 'anna (token anna)'],
    [{ ...anna, 'x-servpack-user': 'CORP%5CAnna' }, 'anna (token anna)'],
    [{ ...anna, 'x-servpack-user': 'root' }, 'anna (token anna, says root)'],
  ] as const) {
    await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, headers);
    expect((await orchestrator.store.audit(1))[0]?.who).toBe(who);
    // The halt of a person ends without an override by the same person, also with another token.
    const own = who.startsWith('anna') ? annaAtHome : headers;
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, own)).status).toBe(200);
  }
  await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, anna);
  expect((await orchestrator.ask('POST', '/v1/unhalt', {}, crowd)).status).toBe(409);
});

describe('a narrowed token', () => {
  /** The campaign sp4 of the fixture, and pune-1 on half of the fleet; both in work. */
  async function twoCampaigns(): Promise<SmallOrchestrator> {
    const orchestrator = await startRunning(undefined, campaignYaml('sp4', 'select: { where: "office" }\n'));
    const pune = campaignYaml('pune-1', 'select: { where: "shop" }\n');
    const created = await orchestrator.ask('POST', '/v1/campaigns', { file: 'p.yaml', text: pune });
    expect(created.status).toBe(200);
    await orchestrator.ask('POST', '/v1/campaigns/pune-1/start');
    return orchestrator;
  }

  test('to campaigns reaches these, and sees no other', async () => {
    await using orchestrator = await twoCampaigns();
    const pune = bearer(
      await makeToken(orchestrator, 'pune', { role: 'administrator', campaigns: ['PUNE-*'] }),
    );
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
      orchestrator.ask(method, path, body, pune);
    const { body } = await ask('GET', '/v1/campaigns');
    expect(body.campaigns.map(({ campaign }: { campaign: string }) => campaign)).toEqual(['pune-1']);
    expect((await ask('GET', '/v1/blockers')).body.campaigns).toEqual(['pune-1']);
    expect((await ask('POST', '/v1/campaigns/pune-1/pause', { reason: 'x' })).status).toBe(200);
    for (const [path, sent] of [
      ['/v1/campaigns/sp4/pause', { reason: 'x' }],
      ['/v1/clients/pc-1/skip', { reason: 'x' }],
      ['/v1/clients/pc-7/skip', { reason: 'x', campaign: 'sp4' }],
      ['/v1/campaigns', { file: 'c.yaml', text: campaignYaml('rome-1') }],
      ['/v1/campaigns/plan', { file: 'c.yaml', text: campaignYaml('rome-1') }],
      ['/v1/approvals', { id: 'sp4/wave/rest', answer: 'rejected', reason: 'x' }],
      ['/v1/halt', { reason: 'x' }],
      ['/v1/fleet', { file: 'fleet.csv', text: fleetCsv }],
    ] as const) {
      const refused = await ask('POST', path, sent);
      expect([path, refused.status, refused.body.code]).toEqual([
        path,
        403,
        expect.stringMatching(/^role\.(campaign|narrowed)$/),
      ]);
    }
    const plan = await ask('POST', '/v1/campaigns/plan', { file: 'c.yaml', text: campaignYaml('pune-2') });
    expect(plan.status).toBe(200);
  });

  test('to logon servers sees their clients, and no change of a whole campaign', async () => {
    await using orchestrator = await twoCampaigns();
    const rome = bearer(await makeToken(orchestrator, 'rome', { sites: ['ls-rom'] }));
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
      orchestrator.ask(method, path, body, rome);
    const { body } = await ask('GET', '/v1/fleet');
    expect(body).toMatchObject({ total: 7, logonServers: [{ logonServer: 'LS-ROM', clients: 7 }], found: 7 });
    const hold = (server: string) =>
      ask('POST', '/v1/campaigns/sp4/hold', { logonServers: [server], reason: 'x' });
    expect([(await hold('LS-ROM')).status, (await hold('LS-MIL')).body.code]).toEqual([200, 'role.site']);
    expect((await ask('GET', '/v1/clients/pc-1')).status).toBe(200);
    expect((await ask('GET', '/v1/clients/pc-0')).body.code).toBe('role.site');
    expect((await ask('GET', '/v1/clients/pc-0/why')).body.code).toBe('role.site');
    expect((await ask('POST', '/v1/clients/pc-3/skip', { reason: 'x' })).body.code).toBe('role.site');
    expect((await ask('POST', '/v1/clients/pc-4/skip', { reason: 'x' })).status).toBe(200);
    expect((await ask('POST', '/v1/campaigns/sp4/pause', { reason: 'x' })).body.code).toBe('role.narrowed');
    for (const form of ['', '/html', '/markdown'])
      expect((await ask('GET', `/v1/campaigns/sp4/report${form}`)).body.code).toBe('role.narrowed');
    const stream = await fetch(`${orchestrator.url}/v1/campaigns/sp4/clients?format=jsonl`, {
      headers: rome,
    });
    const clients = (await stream.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).client as string);
    expect(clients.toSorted()).toEqual(
      ['pc-1', 'pc-2', 'pc-4', 'srv-1'].filter((each) => clients.includes(each)),
    );
    expect(clients).toContain('pc-1');
    expect(stream.headers.get('servpack-narrowed-to')).toBe('logon servers ls-rom');
  });

  test('to logon servers sees that a campaign was edited, and no other server in what changed', async () => {
    await using orchestrator = await twoCampaigns();
    const rome = bearer(await makeToken(orchestrator, 'rome', { sites: ['LS-ROM'] }));
    const limited = campaignYaml(
      'sp4',
      'select: { where: "office" }\nbudgets: { maxDownloads: 20, logonServers: { LS-MIL: { maxDownloads: 3 } } }\n',
    );
    const edited = await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', {
      file: 'c.yaml',
      text: limited,
      reason: 'a slow line',
    });
    expect([edited.status, JSON.stringify(edited.body)]).toEqual([200, expect.stringContaining('LS-MIL')]);
    const seen = async (path: string, headers = {}) =>
      JSON.stringify((await orchestrator.ask('GET', path, undefined, headers)).body);
    for (const path of ['/v1/campaigns/sp4', '/v1/campaigns', '/v1/clients/pc-1/why?campaign=sp4']) {
      const [whole, narrowed] = [await seen(path), await seen(path, rome)];
      expect(narrowed).toContain('a slow line');
      expect([path, whole.includes('LS-MIL'), narrowed.includes('LS-MIL')]).toEqual([
        path,
        !path.includes('/why'),
        false,
      ]);
    }
    expect(
      (await orchestrator.ask('GET', '/v1/campaigns/sp4', undefined, rome)).body.edition.changes,
    ).toEqual(['budgets']);
    expect(await seen('/v1/campaigns/sp4/planned', rome)).toContain('role.narrowed');
  });
});
