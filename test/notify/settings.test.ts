import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseNotify } from '../../orchestrator/input/notify-file.ts';
import { noticeKinds, usualKinds } from '../../orchestrator/domain/notice-kinds.ts';
import { urlForms } from '../../orchestrator/notify/settings.ts';
import {
  startSmallOrchestrator,
  campaignYaml,
  fleetCsv,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { accepted, faultsOf } from '../input/given.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/notify.md'), 'utf8');
const [settingsExample = '', campaignExample = ''] = [...document.matchAll(/```yaml\n([^]*?)```/g)].map(
  ([, yaml]) => yaml ?? '',
);

const parse = (...lines: readonly string[]) =>
  parseNotify(['notify:', '  destinations:', ...lines.map((line) => `    ${line}`), ''].join('\n'), 'n.yaml');

describe('docs/notify.md', () => {
  test('has an example of the settings that is right', () => {
    const settings = accepted(parseNotify(settingsExample, '/etc/servpack/notify.yaml'));
    expect(settings.destinations.map(({ name, by }) => `${name} ${by.form}`)).toEqual([
      'ops webhook',
      'chat slack',
      'mail mail',
      'pager command',
    ]);
    const [ops, chat, mail, pager] = settings.destinations;
    expect(ops).toMatchObject({
      kinds: usualKinds,
      quiet: { zone: 'Europe/Berlin' },
      by: { secret: { file: '/etc/servpack/ops.secret' }, isPrivateAllowed: false },
    });
    expect(chat?.kinds).toEqual([...usualKinds, 'wave.opened']);
    expect(mail?.by).toMatchObject({ port: 587, tls: 'starttls', login: null });
    expect(pager?.quiet).toBeNull();
  });

  test.each([
    ['all', noticeKinds],
    ['usual', usualKinds],
    ['gate.broken', ['gate.broken']],
  ])('lets kinds be the single word %s', (word, kinds) => {
    const { destinations } = accepted(parse(`ops: { form: slack, url: "https://h/", kinds: ${word} }`));
    expect(destinations.map((each) => each.kinds)).toEqual([kinds]);
  });

  test('has an example of a campaign that is right', () => {
    const campaign = accepted(parseCampaign(`campaign: sp4\nrelease: sms-sp4\n${campaignExample}`, 'c.yaml'));
    expect(campaign).toMatchObject({ ticket: 'CHG0030211', notify: { to: ['ops', 'mail'] } });
  });

  test('explains every kind and every form', () => {
    const kinds = [...document.matchAll(/`((?:[a-z]+\.)[a-z]+)`/g)].map(([, kind]) => kind);
    for (const kind of noticeKinds) expect(kinds).toContain(kind);
    for (const form of [...urlForms, 'mail', 'command']) expect(document).toContain(`**${form}**`);
  });
});

describe('a settings file', () => {
  test.each([
    [
      'an unknown key',
      ['ops: { form: webhook, url: "https://h/", secret: { env: S }, colour: red }'],
      'colour: is not a known key',
    ],
    [
      'a webhook without a secret',
      ['ops: { form: webhook, url: "https://h/" }'],
      'ops.secret: is missing, expected { file: PATH } or { env: NAME }',
    ],
    [
      'a secret in two places',
      ['ops: { form: webhook, url: "https://h/", secret: { env: S, file: f } }'],
      'ops.secret: names not exactly one place',
    ],
    [
      'a secret in the file itself',
      ['ops: { form: webhook, url: "https://h/", secret: whsec_abc }'],
      'ops.secret: is "whsec_abc", expected the keys file, env',
    ],
    ['a URL with a password', ['ops: { form: slack, url: "https://user:pw@h/" }'], 'ops.url: is'],
    [
      'a URL of another kind',
      ['ops: { form: slack, url: "file:///etc/passwd" }'],
      'ops.url: is "file:///etc/passwd", expected a URL such as',
    ],
    [
      'a key of another form',
      ['ops: { form: slack, url: "https://h/", server: smtp }'],
      'ops.server: stands in a destination of the form slack',
    ],
    [
      'an unknown kind',
      ['ops: { form: slack, url: "https://h/", kinds: [gate] }'],
      'ops.kinds[0]: is "gate", expected one of usual, all, campaign.started',
    ],
    [
      'an unknown kind without a list',
      ['ops: { form: slack, url: "https://h/", kinds: gate }'],
      'ops.kinds: is "gate", expected one of usual, all, campaign.started',
    ],
    [
      'a password that travels in plain text',
      ['m: { form: mail, server: s, tls: none, user: u, password: { env: P }, from: a@b.c, to: [a@b.c] }'],
      'm.tls: is "none", expected starttls or implicit',
    ],
    ['a path as a program', ['p: { form: command, run: [../sh] }'], 'p.run: names no program'],
    ['a name with a dot', ['a.b: { form: slack, url: "https://h/" }'], '"a.b": is no name of a destination'],
    ['no destination', ['{}'], 'destinations: is empty'],
  ])('with %s is refused with its line and key', (_, lines, expected) => {
    const faults = faultsOf(parse(...lines));
    expect(faults.join('\n')).toContain(expected);
    expect(faults[0]).toMatch(/^n\.yaml:[23]: /);
  });

  test('whose quiet hours have no known zone is refused', () => {
    const text =
      'notify:\n  quiet: { zone: Berlin, between: "22:00-07:00" }\n  destinations: { c: { form: slack, url: "https://h/" } }\n';
    expect(faultsOf(parseNotify(text, 'n.yaml'))).toEqual([
      'n.yaml:2: notify.quiet.zone: is "Berlin", expected a time zone such as Europe/Rome or UTC',
    ]);
  });
});

test('a campaign that names a destination which the settings do not have is refused, and nothing is written', async () => {
  await using orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const text = campaignYaml('sp4', 'notify: { to: [ops] }\n');
  const created = await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text });
  expect(created.body.error.faults).toEqual([
    {
      file: 'c.yaml',
      line: 6,
      key: 'notify.to[0]',
      wrong: 'is ops',
      expected: 'no destination, because SERVPACK_NOTIFY is not set',
    },
  ]);
  expect(await orchestrator.store.campaignNames()).toEqual([]);
});
