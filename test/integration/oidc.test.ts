import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { Access } from '../../orchestrator/http/access/access.ts';
import { localPath } from '../../orchestrator/http/access/local-path.ts';
import type { OpenIdProvider } from '../../orchestrator/http/access/oidc.ts';
import { readOidcSettings } from '../../orchestrator/http/access/read-oidc-settings.ts';
import { openText, sealText } from '../../orchestrator/http/access/sealed-text.ts';
import { isSameCaller, mayBeSamePerson, personOf } from '../../shared/domain/campaign/person.ts';
import { standingClock, testLog } from '../fixtures/context.ts';
import { clientSecret, startProvider, type TestProvider } from '../fixtures/oidc-provider.ts';
import { now, type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-oidc-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An orchestrator whose people sign in with a provider, and whose real time the test moves on. */
async function start() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(`${url}/auth/back`);
  provider.accounts.set('anna', { name: 'anna@example.com', groups: ['ops', 'all'] });
  provider.accounts.set('kim', { name: 'kim', groups: ['all'] });
  const oidc = write(provider.issuer);
  const real = { now: Date.UTC(2026, 10, 30, 1) };
  const clock = { ...standingClock(now), realNow: () => real.now };
  const read = unwrapped(readOidcSettings({ oidc, publicUrls: [url] }, testLog())) as OpenIdProvider;
  const orchestrator = await startSmallOrchestrator(undefined, { context: { clock }, provider: read, port });
  return { orchestrator, provider, real, read };
}

function write(
  issuer: string,
  groups = '[{ group: bosses, role: administrator }, { group: ops, role: operator }, { group: pune, role: operator, campaigns: [pune-*] }]',
) {
  const [secret, file] = [join(folder, 'secret'), join(folder, 'oidc.yaml')];
  writeFileSync(secret, `${clientSecret}\n`, { mode: 0o600 });
  const lines = [
    'openIdConnect:',
    '  name: Example',
    `  issuer: ${issuer}`,
    '  clientId: servpack',
    '  clientSecret: secret',
    `  groups: ${groups}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** A browser: it keeps cookies for each origin, and does not follow redirects by itself. */
function openBrowser() {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (url: string): Map<string, string> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const get = async (url: string) => {
    const cookie = [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const given of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(given) ?? [];
      if (value === '' || /Max-Age=0|1970/.test(given)) jarOf(url).delete(name);
      else jarOf(url).set(name, value);
    }
    const location = answer.headers.get('location');
    const next = location === null ? null : new URL(location, url).href;
    return { status: answer.status, next, text: await answer.text(), answer };
  };
  /** Goes where the browser is sent, until `until` says so or it is sent nowhere. */
  const follow = async (url: string, until: (next: string) => boolean = () => false) => {
    let at = await get(url);
    while (at.next !== null && !until(at.next)) at = await get(at.next);
    return at;
  };
  return { get, follow, jarOf };
}

type Browser = ReturnType<typeof openBrowser>;

let orchestrator: SmallOrchestrator;
let provider: TestProvider;
let real: { now: number };
let read: OpenIdProvider;
let browser: Browser;
beforeEach(async () => {
  ({ orchestrator, provider, real, read } = await start());
  browser = openBrowser();
});
afterEach(async () => {
  await orchestrator[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const isBack = (next: string): boolean => next.startsWith(`${orchestrator.url}/auth/back`);

/** Signs in at the provider, and returns the address to which the browser is sent back. */
async function leave(to = '/campaigns/sp4?tab=now'): Promise<string> {
  const begun = `${orchestrator.url}/auth/sign-in?to=${encodeURIComponent(to)}`;
  const { next } = await browser.follow(begun, isBack);
  if (next === null) throw new Error('the provider has sent the browser nowhere');
  return next;
}

async function ask(path = '/v1/session') {
  const { status, text } = await browser.get(`${orchestrator.url}${path}`);
  // The test knows what the answer holds.
  // oxlint-disable-next-line typescript/no-explicit-any
  return { status, body: JSON.parse(text) as any };
}

describe('a person who signs in with a provider', () => {
  test('comes back to where they were, has the role of their group, and is named in the audit', async () => {
    expect(JSON.parse((await browser.get(`${orchestrator.url}/auth/ways`)).text)).toEqual({
      provider: { name: 'Example' },
    });
    const back = await browser.get(await leave());
    expect([back.status, back.next]).toEqual([302, `${orchestrator.url}/campaigns/sp4?tab=now`]);
    const { body } = await ask();
    expect(body).toMatchObject({
      name: 'anna@example.com',
      by: expect.stringMatching(/^sign-in [0-9a-f]{16}$/),
      person: 'anna@example.com',
      role: 'operator',
    });
    const cookie = [...browser.jarOf(orchestrator.url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const halted = await orchestrator.ask(
      'POST',
      '/v1/halt',
      { reason: 'smoke' },
      {
        authorization: '',
        cookie,
        'sec-fetch-site': 'same-origin',
      },
    );
    expect(halted.body.halted.by).toBe(`anna@example.com (${body.by})`);
    const out = await orchestrator.ask('DELETE', '/v1/session', undefined, {
      authorization: '',
      cookie,
      'sec-fetch-site': 'same-origin',
    });
    expect(out.body).toMatchObject({ ended: true });
    expect((await ask()).status).toBe(401);
  });

  test('without a group that the settings name gets a page that says so, and no session', async () => {
    provider.account = 'kim';
    const back = await browser.get(await leave());
    expect([back.status, back.next]).toEqual([403, null]);
    expect(back.text).toContain('Example has signed kim in, but none of their groups may use servpack');
    expect((await ask()).status).toBe(401);
  });

  test.each([
    ['//evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/%2e//evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/auth/sign-in', '/'],
    [['/a', '/b'], '/'],
    ['/campaigns?state=running', '/campaigns?state=running'],
  ])('and asks for %j is sent to %s', (asked, path) => {
    expect(localPath(asked)).toBe(path);
  });

  test('is never sent to another site, even by a link that asks for it', async () => {
    const back = await browser.get(await leave('//evil.example/x'));
    expect(back.next).toBe(`${orchestrator.url}/`);
  });
});

describe('an answer of the provider', () => {
  test('is refused with another state, or another nonce, or in another browser', async () => {
    const changed = async (key: 'state' | 'nonce' | 'verifier') => {
      const back = await leave();
      const jar = browser.jarOf(orchestrator.url);
      const kept = JSON.parse(Buffer.from(jar.get('servpack-leaving') ?? '', 'base64url').toString());
      const value = { ...kept, [key]: 'x'.repeat(43) };
      jar.set('servpack-leaving', Buffer.from(JSON.stringify(value)).toString('base64url'));
      return (await browser.get(back)).status;
    };
    for (const key of ['state', 'nonce', 'verifier'] as const)
      expect([key, await changed(key)]).toEqual([key, 403]);
    const back = await leave();
    const stranger = await openBrowser().get(back);
    expect([stranger.status, stranger.text]).toEqual([
      403,
      expect.stringContaining('not begun in this browser'),
    ]);
    expect((await ask()).status).toBe(401);
  });

  test('is refused when its ID token is of another issuer, for another program, too old or of nobody', async () => {
    const answerWith = async (lies: TestProvider['lies']) => {
      provider.lies = lies;
      return [lies, (await browser.get(await leave())).status];
    };
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    for (const lies of [
      { iss: 'https://login.example' },
      { iss: `${provider.issuer}/` },
      { iss: undefined },
      { aud: 'another-program' },
      { aud: ['another-program'] },
      { aud: undefined },
      // For both, and meant for the other one.
      { aud: ['servpack', 'another-program'], azp: 'another-program' },
      { exp: past },
      { sub: undefined },
    ])
      expect(await answerWith(lies)).toEqual([lies, 403]);
    expect((await ask()).status).toBe(401);
    expect(await answerWith({})).toEqual([{}, 302]);
  });

  test('is never asked for where the provider says that it is another issuer', async () => {
    provider.metadata.set('issuer', 'https://login.example');
    const page = await browser.get(`${orchestrator.url}/auth/sign-in`);
    expect([page.status, page.next]).toEqual([503, null]);
    provider.metadata.delete('issuer');
    expect((await browser.get(await leave())).status).toBe(302);
  });

  test('is good once, even if the browser keeps the cookie that it has to delete', async () => {
    const back = await leave();
    const jar = browser.jarOf(orchestrator.url);
    const kept = jar.get('servpack-leaving') ?? '';
    expect((await browser.get(back)).status).toBe(302);
    expect((await browser.get(back)).status).toBe(403);
    jar.set('servpack-leaving', kept);
    expect((await browser.get(back)).status).toBe(403);
  });

  test('with an error is shown as a refusal', async () => {
    const state = new URL(await leave()).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
    const refused = await browser.get(`${orchestrator.url}/auth/back?${query.toString()}`);
    expect([refused.status, refused.next]).toEqual([403, null]);
  });
});

describe('every 15 minutes the provider is asked again', () => {
  const signIn = async () => expect((await browser.get(await leave())).status).toBe(302);

  test('what has changed there counts from then on: groups first, then the account', async () => {
    await signIn();
    provider.accounts.set('anna', { name: 'anna rossi', groups: ['bosses'] });
    real.now += 14 * 60_000;
    expect((await ask()).body.role).toBe('operator');
    real.now += 60_000;
    const both = await Promise.all([ask(), ask()]);
    expect(both.map(({ body }) => [body.role, body.person])).toEqual(
      both.map(() => ['administrator', 'anna rossi']),
    );
    provider.accounts.delete('anna');
    expect((await ask()).status).toBe(200);
    real.now += 15 * 60_000;
    expect([(await ask()).body.code, (await ask()).status]).toEqual(['token.noSession', 401]);
    const { body } = await orchestrator.ask('GET', '/v1/sessions');
    expect(body.sessions).toEqual([]);
  });

  test('who reads events with another reach since then may read no further', async () => {
    await signIn();
    const options = { store: orchestrator.store, realNow: () => real.now, log: testLog() };
    const access = new Access({ ...options, fileToken: 'another', isOverTls: false, provider: read });
    const [secret = ''] = [...browser.jarOf(orchestrator.url).values()];
    const before = unwrapped(await access.ofSession(secret));
    expect(await access.mayStillRead(before)).toBe(true);
    provider.accounts.set('anna', { name: 'anna@example.com', groups: ['pune'] });
    real.now += 15 * 60_000;
    const now = unwrapped(await access.ofSession(secret));
    expect([before.role, now.role, now.narrowing.campaigns]).toEqual(['operator', 'operator', ['pune-*']]);
    expect(await access.mayStillRead(now)).toBe(true);
    expect(await access.mayStillRead(before)).toBe(false);
  });

  test('a person without a group any longer is signed out', async () => {
    await signIn();
    provider.accounts.set('anna', { name: 'anna', groups: [] });
    real.now += 15 * 60_000;
    expect((await ask()).body.code).toBe('token.noSession');
  });

  test('while it is away nobody is let in, and everybody is back with it', async () => {
    await signIn();
    await provider.stop();
    expect((await ask()).status).toBe(200);
    real.now += 15 * 60_000;
    const away = await ask();
    expect([away.status, away.body.code]).toEqual([503, 'provider.away']);
    // A token does not need the provider.
    const token = await makeToken(orchestrator, 'kim', { role: 'viewer' });
    const { status } = await orchestrator.ask('GET', '/v1/session', undefined, {
      authorization: `Bearer ${token}`,
    });
    expect(status).toBe(200);
    await provider.resume();
    expect((await ask()).body.person).toBe('anna@example.com');
  });

  test('the refresh token is encrypted, and only the cookie of the session opens it', async () => {
    await signIn();
    const [session] = (await orchestrator.store.readAccess()).sessions;
    const [secret = ''] = [...browser.jarOf(orchestrator.url).values()];
    const sealed = session?.provider?.refresh ?? '';
    expect(JSON.stringify(session)).not.toContain(secret);
    const token = openText('refresh token', sealed, secret) ?? '';
    expect(token.length).toBeGreaterThan(20);
    expect(sealed).not.toContain(token);
    expect(openText('refresh token', sealed, `${secret}x`)).toBe(null);
    expect(openText('cursor', sealed, secret)).toBe(null);
    expect(openText('cursor', sealText('cursor', 'x', 'a').replace(/^./, 'z'), 'a')).toBe(null);
  });
});

test('a page says that the provider is away, also before the first sign-in', async () => {
  await provider.stop();
  const page = await browser.get(`${orchestrator.url}/auth/sign-in`);
  expect([page.status, page.text]).toEqual([503, expect.stringContaining('Example cannot be asked now')]);
});

test('an orchestrator without a provider offers none', async () => {
  await using other = await startSmallOrchestrator();
  expect(JSON.parse((await browser.get(`${other.url}/auth/ways`)).text)).toEqual({ provider: null });
  expect((await browser.get(`${other.url}/auth/sign-in`)).status).toBe(404);
});

test('a person is known by the account at the provider, and across ways to sign in by the name', () => {
  const [before, after] = ['anna (sign-in 1f2e3d4c5b6a7988)', 'anna rossi (sign-in 1f2e3d4c5b6a7988)'];
  expect(personOf(before)).toBe('anna');
  expect(mayBeSamePerson(before, after)).toBe(true);
  expect(mayBeSamePerson(before, 'anna (token a)')).toBe(true);
  expect(mayBeSamePerson(before, 'kim (sign-in 0000000000000000)')).toBe(false);
  expect(isSameCaller(before, after)).toBe(true);
  // A name that somebody has chosen at the provider ends no stop of another person.
  expect(isSameCaller('anna (sign-in 0000000000000000)', 'anna (token a)')).toBe(false);
  expect(isSameCaller(before, 'anna (sign-in 0000000000000000)')).toBe(false);
});

test('the settings are refused with what is wrong: the issuer, the secret, the URL', () => {
  const read = (file: string, publicUrls = ['https://servpack.example']) => {
    const settings = readOidcSettings({ oidc: file, publicUrls }, testLog());
    return settings.ok ? null : settings.error.message;
  };
  expect(read(write('https://login.example'))).toBe(null);
  expect(read(write('http://login.example'))).toContain('the URL of the provider, with https://');
  expect(read(write('https://login.example'), [])).toContain('SERVPACK_OIDC: needs SERVPACK_PUBLIC_URL');
  expect(read(write('https://login.example', '[{ group: ops, role: boss }]'))).toContain('one of viewer');
  const file = write('https://login.example');
  rmSync(join(folder, 'secret'));
  expect(read(file)).toContain(`the client secret ${join(folder, 'secret')} cannot be read`);
});
