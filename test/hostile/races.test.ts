import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import {
  campaignYaml,
  type SmallOrchestrator,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { type FourEyesWorld, fourEyes, startFourEyesWorld } from '../integration/four-eyes-world.ts';

/** Requests at the same moment, to two orchestrators that share nothing but Redis. */

const rounds = [0, 1, 2, 3];
const place = testRedis();
let world: FourEyesWorld;
let one: SmallOrchestrator;
let other: SmallOrchestrator;
let people: Readonly<Record<'anna' | 'bert' | 'carl', Record<string, string>>>;

beforeAll(async () => {
  const setting = fourEyes('abort');
  const open = async () => unwrapped(await openRedisStore(place));
  world = await startFourEyesWorld(setting, await open());
  one = world.orchestrator;
  other = await startSmallOrchestrator(await open(), { context: { fourEyes: setting } });
  const as = async (person: string) =>
    bearer(await makeToken(one, person, { role: 'administrator', person }));
  people = { anna: await as('anna'), bert: await as('bert'), carl: await as('carl') };
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Sent {
  readonly path: string;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

/** Sends both at once, each to another orchestrator. Answers `200`, or the code of the problem. */
async function race(first: Sent, second: Sent): Promise<readonly (number | string)[]> {
  const send = (to: SmallOrchestrator, { path, body, headers }: Sent) => to.ask('POST', path, body, headers);
  const answers = await Promise.all([send(one, first), send(other, second)]);
  return answers.map(({ status, body }) => (status === 200 ? status : `${status} ${body.code}`));
}

/** The same in any order. */
const raced = async (...sent: Parameters<typeof race>) => (await race(...sent)).map(String).toSorted();

/** Runs it, and returns what the audit has of it, oldest first: `paused`. */
async function auditedOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  const entries = async (): Promise<readonly { readonly to: string }[]> =>
    (await one.ask('GET', '/v1/audit?limit=1000')).body.items;
  const before = (await entries()).length;
  await run();
  const after = await entries();
  return after
    .slice(0, after.length - before)
    .map(({ to }) => to)
    .toReversed();
}

const text = (name: string, more = ''): string => campaignYaml(name, `select: { clients: [pc-8] }\n${more}`);

const createOf = (name: string, more = ''): Sent => ({
  path: '/v1/campaigns',
  body: { file: 'c.yaml', text: text(name, more) },
});

async function create(name: string): Promise<void> {
  const { path, body } = createOf(name);
  expect((await one.ask('POST', path, body)).status).toBe(200);
}

async function versionOf(name: string): Promise<Record<string, string>> {
  const { headers } = await fetch(`${one.url}/v1/campaigns/${name}`, { headers: bearer(one.token) });
  return { 'if-match': headers.get('etag') ?? '' };
}

const editOf = (name: string, active: number, headers: Record<string, string>): Sent => ({
  path: `/v1/campaigns/${name}/edit`,
  body: { file: 'c.yaml', text: text(name, `budgets: { active: ${active} }\n`), reason: 'r' },
  headers,
});

test.each(rounds)('two edits with one If-Match: one is made, the other gets 412 (%i)', async (round) => {
  const name = `edit-${round}`;
  await create(name);
  const version = await versionOf(name);
  const audit = await auditedOf(async () =>
    expect(await raced(editOf(name, 3, version), editOf(name, 4, version))).toEqual([
      '200',
      '412 version.changed',
    ]),
  );
  // The second entry says that the clients are in the waves of the edition.
  expect(audit).toEqual(['edition 1', 'edition 1']);
});

test.each(rounds)(
  'an edit against an abort: the abort is made, the edit before it or not at all (%i)',
  async (round) => {
    const name = `cut-${round}`;
    await create(name);
    const abort: Sent = {
      path: `/v1/campaigns/${name}/abort`,
      body: { reason: 'wrong release' },
    };
    const headers = { ...(await versionOf(name)), ...people.anna };
    const audit = await auditedOf(async () => {
      const asked = await one.ask('POST', abort.path, abort.body, people.anna);
      expect(asked.status).toBe(202);
      const approval: Sent = {
        path: '/v1/approvals',
        body: { id: asked.body.asked.id, answer: 'approved' },
        headers: people.bert,
      };
      const [edited, approved] = await race(editOf(name, 3, headers), approval);
      expect(approved).toBe(200);
      expect([200, '409 campaign.refused', '412 version.changed']).toContain(edited);
      const { body } = await other.ask('GET', `/v1/campaigns/${name}`);
      expect([body.status, body.edition ?? 0]).toEqual(['aborted', edited === 200 ? 1 : 0]);
    });
    const kinds = audit.filter((to) => to !== 'edition 1');
    expect(kinds).toEqual(['abort asked', 'abort approved', 'aborted', 'abort done']);
    expect(audit.indexOf('edition 1')).toBeLessThan(audit.indexOf('aborted'));
  },
);

/** Anna asks for the abort of a new campaign. */
async function asked(name: string): Promise<string> {
  await create(name);
  const { body } = await one.ask('POST', `/v1/campaigns/${name}/abort`, { reason: 'r' }, people.anna);
  return body.asked.id as string;
}
const approvalOf = (id: string, person: keyof typeof people): Sent => ({
  path: '/v1/approvals',
  body: { id, answer: 'approved' },
  headers: people[person],
});

test.each([
  ['of one person', 'bert', 'bert'],
  ['of two persons', 'bert', 'carl'],
] as const)('two same approvals %s act once', async (_whose, first, second) => {
  for (const round of rounds) {
    const id = await asked(`twice-${first}-${second}-${round}`);
    const audit = await auditedOf(async () => {
      const answers = await race(approvalOf(id, first), approvalOf(id, second));
      expect(answers).toContain(200);
      for (const each of answers)
        expect([200, '409 approval.refused', '404 notFound.request']).toContain(each);
    });
    expect(audit).toEqual(['abort approved', 'aborted', 'abort done']);
  }
});

test.each(rounds)(
  'an approval against a retraction: one of them counts, the other gets 409 (%i)',
  async (round) => {
    const name = `taken-${round}`;
    const id = await asked(name);
    const retraction: Sent = {
      path: '/v1/approvals/retract',
      body: { id, reason: 'no' },
      headers: people.anna,
    };
    const audit = await auditedOf(async () => {
      const [approved, retracted] = await race(approvalOf(id, 'bert'), retraction);
      const { status } = (await one.ask('GET', `/v1/campaigns/${name}`)).body;
      expect([approved, retracted, status]).toEqual(
        approved === 200
          ? [200, '409 approval.refused', 'aborted']
          : ['409 approval.refused', 200, 'created'],
      );
    });
    expect([['abort approved', 'aborted', 'abort done'], ['abort retracted']]).toContainEqual(audit);
  },
);

test('two campaigns or tokens of one name: one is made, the other is refused', async () => {
  for (const round of rounds) {
    const token = (role: string): Sent => ({ path: '/v1/tokens', body: { name: `same-${round}`, role } });
    const audit = await auditedOf(async () => {
      const campaigns = await raced(createOf(`same-${round}`), createOf(`SAME-${round}`, 'ticket: CHG-2\n'));
      expect(campaigns).toEqual(['200', '409 campaign.taken']);
      expect(await raced(token('viewer'), token('operator'))).toEqual(['200', '409 accessToken.taken']);
    });
    expect(audit).toEqual(['created', 'API token created']);
  }
});

test('two skips of a client: one is noted', async () => {
  const skip: Sent = { path: '/v1/clients/pc-7/skip', body: { reason: 'lent', campaign: 'sp4' } };
  const audit = await auditedOf(async () =>
    expect(await raced(skip, skip)).toEqual(['200', '409 client.refused']),
  );
  expect(audit).toHaveLength(1);
});

test('a token is revoked once, also while it revokes itself, and never in place of a later one of its name', async () => {
  const revoke = (reason: string, headers?: Record<string, string>): Sent => ({
    path: '/v1/tokens/own/revoke',
    body: { reason },
    ...(headers === undefined ? {} : { headers }),
  });
  const order = { role: 'administrator' } as const;
  for (const round of rounds) {
    const own = bearer(await makeToken(one, 'own', order));
    const audit = await auditedOf(async () => {
      const answers = await raced(revoke(`self ${round}`, own), revoke('lost'));
      expect([
        ['200', '404 notFound.token'],
        ['200', '401 token.wrong'],
      ]).toContainEqual(answers);
    });
    expect(audit).toEqual(['API token revoked']);
  }
  // The second request has read the first token, and comes to the store after its successor.
  const first = await makeToken(one, 'own', order);
  const { tokens } = await one.store.readAccess();
  const read = tokens.find(({ name }) => name === 'own');
  await one.ask('POST', '/v1/tokens/own/revoke', { reason: 'lost' });
  const later = await makeToken(one, 'own', order);
  const entry = {
    at: 0,
    who: 'x',
    to: 'x',
    because: 'x',
    campaign: '',
    client: null,
    from: '',
    evidence: null,
  };
  expect(await other.store.removeToken(read ?? { name: 'own', id: '' }, entry)).toBe(false);
  const whoAmI = async (token: string) =>
    (await one.ask('GET', '/v1/session', undefined, bearer(token))).status;
  expect([await whoAmI(first), await whoAmI(later)]).toEqual([401, 200]);
});
