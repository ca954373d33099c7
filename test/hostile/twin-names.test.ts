import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayBeSamePerson } from '../../shared/domain/campaign/person.ts';
import { isLabel } from '../../orchestrator/input/names.ts';
import { isPerson } from '../../orchestrator/input/person-name.ts';
import {
  campaignYaml,
  type SmallOrchestrator,
  startRunning,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';

let orchestrator: SmallOrchestrator;
beforeAll(async () => {
  orchestrator = await startRunning();
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** Looks like the name, or is it in another normal form: none of them is ASCII. */
const twinsOf = (name: string): readonly string[] => [
  name.replace('p', '\u200Bp'),
  name.replace('p', '\u00ADp'),
  name.replace('p', '\u2060p'),
  `${name}\u3164`,
  name.replace('p', 'p\u0323'),
  name.replace('p', '\uFF50'),
  name.replace('p', '\u0440'),
];

/** Every place where a name comes in, with the name. */
const doors: Readonly<Record<string, (name: string) => readonly [path: string, body?: object]>> = {
  'the path of a campaign': (name) => [`/v1/campaigns/${encodeURIComponent(name)}`],
  'the path of a client': (name) => [`/v1/clients/${encodeURIComponent(name)}`],
  'the path of a release': (name) => [`/v1/releases/${encodeURIComponent(name)}/servers`],
  'the path of a schedule': (name) => [`/v1/schedules/${encodeURIComponent(name)}`],
  'the path of a survey': (name) => [`/v1/surveys/${encodeURIComponent(name)}`],
  'the path of a token': (name) => [`/v1/tokens/${encodeURIComponent(name)}/revoke`, { reason: 'r' }],
  'a query': (name) => [`/v1/audit?campaign=${encodeURIComponent(name)}`],
  'a plan': (name) => ['/v1/campaigns/plan', { file: 'c.yaml', text: campaignYaml(name) }],
  'a new campaign': (name) => ['/v1/campaigns', { file: 'c.yaml', text: campaignYaml(name) }],
  'the release of a new campaign': (name) => [
    '/v1/campaigns',
    { file: 'c.yaml', text: campaignYaml('x').replace('sms-sp4', name) },
  ],
  'a wave of a new campaign': (name) => [
    '/v1/campaigns',
    { file: 'c.yaml', text: campaignYaml('x').replace('name: rest', `name: ${name}`) },
  ],
  'a new schedule': (name) => [
    '/v1/schedules',
    { file: 'c.yaml', text: campaignYaml(name, 'schedule: { cron: "0 22 1 * *", zone: UTC }\n') },
  ],
  'a new release': (name) => ['/v1/releases', { path: writeRelease(orchestrator, 'echo staged', name) }],
  'a new client': (name) => ['/v1/fleet', { file: 'f.csv', text: `client,logonServer\n${name},LS-ROM\n` }],
  'the host of a new client': (name) => [
    '/v1/fleet',
    { file: 'f.csv', text: `client,host,logonServer\nnew,${name},LS-ROM\n` },
  ],
  'the logon server of a new client': (name) => [
    '/v1/fleet',
    { file: 'f.csv', text: `client,logonServer\nnew,${name}\n` },
  ],
  'a client of a survey': (name) => ['/v1/surveys', { targets: { from: 'names', names: [name] } }],
  'a new token': (name) => ['/v1/tokens', { name, role: 'viewer' }],
  'the campaigns of a new token': (name) => ['/v1/tokens', { name: 'x', role: 'viewer', campaigns: [name] }],
  'the logon servers of a new token': (name) => ['/v1/tokens', { name: 'x', role: 'viewer', sites: [name] }],
};

describe('a name that looks like another one', () => {
  test.each(Object.entries(doors))('is refused in %s, and nothing is changed', async (_where, door) => {
    const newest = async () => (await orchestrator.ask('GET', '/v1/audit?limit=1')).body.items;
    const before = await newest();
    for (const twin of twinsOf('sp4')) {
      const [path, body] = door(twin);
      const { status } = await orchestrator.ask(body === undefined ? 'GET' : 'POST', path, body);
      // Staging finds the fault in its file.
      expect([JSON.stringify(twin), [400, 409].includes(status)]).toEqual([JSON.stringify(twin), true]);
    }
    expect(await newest()).toEqual(before);
  });

  test('in another case is the same token, and the same narrowing', async () => {
    const token = await makeToken(orchestrator, 'Night', {
      role: 'viewer',
      campaigns: ['SP*'],
      sites: ['ls-rom'],
    });
    const again = await orchestrator.ask('POST', '/v1/tokens', { name: 'NIGHT', role: 'viewer' });
    expect([again.status, again.body.code]).toEqual([409, 'accessToken.taken']);
    const get = (path: string) => orchestrator.ask('GET', path, undefined, bearer(token));
    expect((await get('/v1/campaigns/sp4')).status).toBe(200);
    expect((await get('/v1/clients/PC-1')).status).toBe(200);
    expect((await get('/v1/clients/pc-0')).status).toBe(403);
    await orchestrator.ask('POST', '/v1/tokens/nIGHT/revoke', { reason: 'lost' });
    expect((await orchestrator.ask('GET', '/v1/tokens')).body.tokens).toEqual([]);
  });
});

test('what is invisible around a name in a fleet file is no part of the name', async () => {
  const text = 'client,logonServer\n\u2060copied-1\u200B,\u00ADLS-ROM\u200B\n';
  expect((await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text })).status).toBe(200);
  const { client } = (await orchestrator.ask('GET', '/v1/clients/copied-1')).body;
  expect([client.client, client.logonServer]).toEqual(['copied-1', 'LS-ROM']);
});

describe('a name with letters beyond ASCII', () => {
  const composed = 'Jos\u00E9';
  const decomposed = composed.normalize('NFD');
  /** Letters by Unicode, and nothing is seen of the last three. */
  const twins = ['\u212Bke', '\u1112\u1161\u11AB', 'anna\u3164', 'anna\uFFA0', 'anna\u115F'];

  test.each([composed, 'Åke', '한', 'anna'])('is taken as a label and as a person: %s', (name) => {
    expect([isLabel(name), isPerson(name)]).toEqual([true, true]);
  });

  test.each([decomposed, ...twins, 'anna\u034F', 'anna\uFE0F'])(
    'is refused as a label and as a person where another one looks the same: %j',
    async (name) => {
      expect([isLabel(name), isPerson(name)]).toEqual([false, false]);
      const token = await orchestrator.ask('POST', '/v1/tokens', { name: 'x', role: 'viewer', person: name });
      expect([token.status, token.body.detail]).toEqual([
        400,
        expect.stringContaining('composed (Unicode NFC) and visible'),
      ]);
      const text = `client,logonServer,labels\nnew,LS-ROM,${name}\n`;
      const imported = await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text });
      expect([imported.status, imported.body.errors[0].line]).toEqual([400, 2]);
    },
  );

  test('is the same user, in whichever form the system of the caller has it', async () => {
    for (const name of [composed, decomposed]) {
      const user = { 'x-servpack-user': encodeURIComponent(name) };
      const { body } = await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: name }, user);
      expect(body.status).toBe('paused');
      await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', { override: true }, user);
      const { items } = (await orchestrator.ask('GET', '/v1/audit?limit=1')).body;
      expect(items[0].who).toBe(`token default (says ${composed})`);
    }
  });

  test('does not make a second person for four eyes, also where it was stored before', () => {
    const first = 'anna (token anna-1)';
    for (const name of ['Anna', 'anna\u3164', 'an\u00ADna', '\uFF41nna', 'CORP\\anna'])
      expect([name, mayBeSamePerson(first, `${name} (token other)`)]).toEqual([name, true]);
    expect(mayBeSamePerson(first, 'bert (token other)')).toBe(false);
  });
});
