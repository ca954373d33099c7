import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { bearer, makeToken, type TokenOrder } from '../fixtures/tokens.ts';
import { startNarrowedWorld } from './narrowed-world.ts';

/** far-1 works on LS-FAR; near-1 has clients of both sites where the world is shared. */
const worlds = new Map<string, SmallOrchestrator>();
beforeAll(async () => {
  worlds.set('five', await startNarrowedWorld(5));
  worlds.set('six', await startNarrowedWorld(6));
  worlds.set('shared', await startNarrowedWorld(5, true));
});
afterAll(async () => {
  for (const world of worlds.values()) await world[Symbol.asyncDispose]();
});

let made = 0;

/** Asks in a world with a new token of this scope. */
async function asker(world: string, scope: TokenOrder) {
  const orchestrator = worlds.get(world);
  if (orchestrator === undefined) throw new Error(`no world ${world}`);
  const name = `asks-${(made += 1)}`;
  const headers = bearer(await makeToken(orchestrator, name, scope));
  return (method: 'GET' | 'POST', path: string, body?: object) =>
    orchestrator.ask(method, path, body, headers);
}

/** A campaign over the whole fleet, so that it wants clients of the others. */
const everybody = (name: string) => ({
  file: 'c.yaml',
  text: `campaign: ${name}\nrelease: sms-sp4\nwaves: [{ name: all, rest: true }]\n`,
});

describe('a sentence about another campaign', () => {
  test('has its name only for a token that reaches it: in a plan, at a start and in a schedule', async () => {
    const said = async (scope: TokenOrder, name: string) => {
      const ask = await asker('five', scope);
      const monthly = everybody(`${name}-monthly`);
      const text = `${monthly.text}schedule: { cron: "0 22 1 * *", zone: UTC }\n`;
      const answers = [
        await ask('POST', '/v1/campaigns/plan', everybody(name)),
        await ask('POST', '/v1/campaigns', everybody(name)),
        await ask('POST', `/v1/campaigns/${name}/start`),
        await ask('POST', '/v1/schedules', { ...monthly, text }),
        await ask('POST', `/v1/schedules/${name}-monthly/run`),
        await ask('GET', `/v1/schedules/${name}-monthly`),
        await ask('GET', '/v1/audit'),
      ];
      return [answers.map(({ status }) => status), JSON.stringify(answers)] as const;
    };
    const [statuses, all] = await said({}, 'near-all');
    expect(statuses).toEqual([200, 200, 409, 200, 200, 200, 200]);
    expect(all).toContain('campaign far-1 is running');
    // The record names the campaigns apart from the sentence: each caller reads what it reaches.
    expect(all).toMatch(/past.*not finished in another campaign: far-1, near-1"/);
    const [same, seen] = await said({ campaigns: ['near-*'] }, 'near-other');
    expect(same).toEqual(statuses);
    expect(seen).not.toContain('far-1');
    expect(seen).toContain('another campaign is running and has not finished');
    expect(seen).toMatch(/past.*not finished in another campaign: near-1"/);
    // Of the campaigns that it reaches it learns as before.
    expect(seen).toContain('campaign near-1 is running');
  });
});

test('a token that holds its own logon server does not learn which others are held', async () => {
  const ask = await asker('shared', { campaigns: ['near-*'], sites: ['LS-NEAR'] });
  const body = { logonServers: ['LS-NEAR'], reason: 'near phones' };
  for (const [what, held] of [
    ['hold', ['LS-NEAR']],
    ['release', []],
  ] as const) {
    const answer = await ask('POST', `/v1/campaigns/near-1/${what}`, body);
    expect([answer.status, answer.body.held]).toEqual([200, held]);
    expect(JSON.stringify(answer.body)).not.toMatch(/far/i);
  }
});

describe('the fleet and the releases', () => {
  test.each([
    ['campaigns', { campaigns: ['other-*'] }, 9, ['LS-FAR', 'LS-NEAR']],
    ['a logon server', { sites: ['LS-NEAR'] }, 4, ['LS-NEAR']],
  ] as const)('are read by a token for %s, and changed by none', async (_what, scope, total, servers) => {
    const ask = await asker('five', { role: 'administrator', ...scope });
    const { body } = await ask('GET', '/v1/fleet');
    const named = body.logonServers.map(({ logonServer }: { logonServer: string }) => logonServer);
    expect([body.total, named]).toEqual([total, servers]);
    expect((await ask('GET', '/v1/releases')).body.releases.length).toBe(1);
    for (const [path, sent] of [
      ['/v1/fleet', { file: 'f.csv', text: 'client,host\n' }],
      ['/v1/releases', { path: '/nowhere' }],
      ['/v1/halt', { reason: 'phones' }],
    ] as const)
      expect((await ask('POST', path, sent)).body.code).toBe('role.narrowed');
  });
});

test('a narrowed token that sees no campaign is not said to be at the beginning', async () => {
  const orchestrator = worlds.get('five');
  if (orchestrator === undefined) throw new Error('no world');
  const token = await makeToken(orchestrator, 'sees-none', { campaigns: ['other-*'] });
  for (const command of ['list', 'status'])
    expect(
      await runHosted(orchestrator, ['campaign', command], { env: { SERVPACK_TOKEN: token } }),
    ).toMatchObject({
      code: 0,
      stdout: 'This token sees no campaign: it is narrowed to campaigns other-*. There may be others.\n',
    });
});

test('a status offers a narrowed token no command that it may not run', async () => {
  const offered = async (scope: TokenOrder): Promise<readonly string[]> =>
    (await (await asker('five', scope))('GET', '/v1/campaigns/near-1')).body.actions;
  const all = await offered({});
  expect(all).toContain('servpack campaign retry near-1 --failed');
  expect(await offered({ campaigns: ['near-*'] })).toEqual(all.filter((each) => each !== 'servpack doctor'));
  const ofSite = await offered({ sites: ['LS-NEAR'] });
  expect(ofSite).toContain('servpack campaign clients near-1 --state failed');
  expect(ofSite.filter((each) => /retry|resume|abort|unmark/.test(each))).toEqual([]);
});

describe('the place where the next page of a list begins', () => {
  const near = { role: 'viewer', sites: ['LS-NEAR'] } as const;

  /** The pages of a list, one item each, and what `next` says to somebody who decodes it. */
  async function pagesOf(world: string, path: string) {
    const ask = await asker(world, near);
    const pages: (readonly string[])[] = [];
    const texts: string[] = [];
    const mark = path.includes('?') ? '&' : '?';
    for (let after: string | null = ''; after !== null;) {
      const { status, body } = await ask(
        'GET',
        `${path}${mark}limit=1${after === '' ? '' : `&after=${after}`}`,
      );
      expect(status).toBe(200);
      pages.push((body.clients ?? body.items).map(({ client }: { client: string }) => client));
      texts.push(
        JSON.stringify({ ...body, next: Buffer.from(body.next ?? '', 'base64url').toString('latin1') }),
      );
      after = body.next;
    }
    return { pages, texts };
  }

  test.each(['/v1/fleet', '/v1/fleet?label=near', '/v1/fleet?prefix=n'])(
    'tells a narrowed token nothing of clients between: %s',
    async (path) => {
      const { pages, texts } = await pagesOf('five', path);
      expect(pages.flat()).toEqual(['near-pc-0', 'near-pc-1', 'near-pc-2', 'near-pc-3']);
      expect(texts.filter((text) => /far|"read"/.test(text))).toEqual([]);
      expect((await pagesOf('six', path)).pages).toEqual(pages);
    },
  );

  test.each(['/v1/campaigns/near-1/clients', '/v1/campaigns/near-1/clients?state=waiting'])(
    'tells it nothing of other clients of its campaign: %s',
    async (path) => {
      const { pages, texts } = await pagesOf('shared', path);
      expect(pages.flat().length).toBeGreaterThan(0);
      expect(pages.flat().filter((client) => !client.startsWith('near'))).toEqual([]);
      expect(texts.filter((text) => /far|"read"/.test(text))).toEqual([]);
    },
  );

  test('is of one narrowing: of another token it is refused', async () => {
    const nextOf = async (scope: TokenOrder) =>
      (await (await asker('five', scope))('GET', '/v1/fleet?limit=1')).body.next as string;
    const whole = await nextOf({ role: 'viewer' });
    const [ofNear, ofFar] = [await nextOf(near), await nextOf({ role: 'viewer', sites: ['LS-FAR'] })];
    for (const [scope, after, status] of [
      [near, ofNear, 200],
      [near, ofFar, 400],
      [near, whole, 400],
      [{ role: 'viewer' }, whole, 200],
      [{ role: 'viewer' }, ofNear, 400],
    ] as const) {
      const ask = await asker('five', scope);
      expect((await ask('GET', `/v1/fleet?limit=1&after=${after}`)).status).toBe(status);
    }
  });
});
