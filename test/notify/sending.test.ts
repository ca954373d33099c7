import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { mattermostBody, slackBody, teamsBody, webhookBody } from '../../orchestrator/notify/forms/bodies.ts';
import { send } from '../../orchestrator/notify/forms/send.ts';
import type { SendContext } from '../../orchestrator/notify/forms/send-context.ts';
import { targetOf } from '../../orchestrator/notify/target.ts';
import type { UrlDestination } from '../../orchestrator/notify/settings.ts';
import { formerSecret, gateNotice, secret, secretFile } from './notice-fixture.ts';
import { openReceiver } from './receiver.ts';

const sending: SendContext = { env: {}, hooks: null, now: Date.now };

const webhook = (url: string, file: string, changes: Partial<UrlDestination> = {}): UrlDestination => ({
  form: 'webhook',
  url: { url },
  secret: { file },
  isPrivateAllowed: true,
  ...changes,
});

describe('a webhook', () => {
  test('is signed so that the package standardwebhooks verifies it, and nothing else passes', async () => {
    await using receiver = await openReceiver();
    const file = secretFile(`${secret}\n`);
    expect(await send(sending, webhook(receiver.url, file), gateNotice())).toEqual({
      kind: 'delivered',
      because: 'it answers 200',
    });
    const [got] = receiver.got;
    if (got === undefined) throw new Error('nothing came');
    const headers = got.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe('msg_1');
    expect(new Webhook(secret).verify(got.body, headers)).toMatchObject({
      type: 'gate.broken',
      data: { id: 'msg_1', campaign: 'sp4', state: 'opened', critical: true },
    });
    expect(() => new Webhook(secret).verify(got.body.replace('sp4', 'sp5'), headers)).toThrow('signature');
    expect(() => new Webhook(formerSecret).verify(got.body, headers)).toThrow('signature');
  });

  test('is signed by the former secret, too, for 24 hours after the file has changed', async () => {
    await using receiver = await openReceiver();
    const file = secretFile(`${secret}\n${formerSecret}\n`);
    await send(sending, webhook(receiver.url, file), gateNotice());
    const dayAgo = new Date(Date.now() - 24 * 3_600_000 - 1_000);
    utimesSync(file, dayAgo, dayAgo);
    await send(sending, webhook(receiver.url, file), gateNotice());
    const verifies = (at: number, key: string): boolean => {
      const { body = '', headers = {} } = receiver.got[at] ?? {};
      try {
        new Webhook(key).verify(body, headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    };
    expect([0, 1].map((at) => [verifies(at, secret), verifies(at, formerSecret)])).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  test('is not sent with a secret that is too short, open to everybody or missing, and the reason has no secret', async () => {
    await using receiver = await openReceiver();
    const files = [secretFile('whsec_c2hvcnQ=\n'), secretFile('\n'), '/nowhere/secret'];
    for (const file of files) {
      const sent = await send(sending, webhook(receiver.url, file), gateNotice());
      expect(sent).toMatchObject({ kind: 'failed', because: expect.stringContaining(file) as string });
      expect(sent.because).not.toContain('c2hvcnQ');
    }
    expect(receiver.got).toEqual([]);
  });

  test('follows no redirect, and is disabled by 410', async () => {
    await using receiver = await openReceiver();
    const to = webhook(receiver.url, secretFile(secret));
    receiver.answer(307, { location: receiver.url });
    expect(await send(sending, to, gateNotice())).toEqual({
      kind: 'failed',
      because: 'it answers 307, and redirects are not followed',
    });
    receiver.answer(410);
    expect(await send(sending, to, gateNotice())).toEqual({ kind: 'gone', because: 'it answers 410' });
    receiver.answer(null);
    expect(await send(sending, to, gateNotice())).toMatchObject({ kind: 'failed' });
    expect(receiver.got).toEqual([]);
  });
});

describe('the target of a message', () => {
  test.each([
    '169.254.169.254',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.0.0.0',
    '[::]',
    '224.0.0.1',
  ])('is never %s, also where private networks are allowed', async (host) => {
    expect(await targetOf(host, true)).toMatchObject({
      ok: false,
      error: expect.stringContaining('is link-local, or serves metadata') as string,
    });
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '[::1]',
    '[fd12::1]',
    '[::ffff:10.0.0.1]',
    '100.64.0.1',
  ])('is %s only where private networks are allowed', async (host) => {
    expect(await targetOf(host, false)).toMatchObject({ ok: false });
    expect(await targetOf(host, true)).toMatchObject({ ok: true });
  });

  test('is the one address that was checked, whatever the name leads to afterwards', async () => {
    await using receiver = await openReceiver();
    const { port } = new URL(receiver.url);
    let asked = 0;
    const resolve = async (): Promise<readonly string[]> => {
      asked += 1;
      return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    const to = webhook(`http://hooks.invalid:${port}/hook`, secretFile(secret));
    expect(await send({ ...sending, resolve }, to, gateNotice())).toMatchObject({ kind: 'delivered' });
    expect(asked).toBe(1);
    expect(receiver.got[0]?.headers.host).toBe(`hooks.invalid:${port}`);
    expect(await send({ ...sending, resolve }, to, gateNotice())).toMatchObject({ kind: 'failed' });
    const both = async (): Promise<readonly string[]> => ['127.0.0.1', '169.254.169.254'];
    expect(await send({ ...sending, resolve: both }, to, gateNotice())).toMatchObject({ kind: 'failed' });
    expect(receiver.got).toHaveLength(1);
  });
});

describe('the words of a message', () => {
  test('are text in every chat: no channel is called, nothing is a link, no direction changes', () => {
    const slack = JSON.stringify(slackBody(gateNotice()));
    expect((slackBody(gateNotice()) as { text: string }).text).toBe('campaign sp4: a gate has paused it');
    const types = [...slack.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
    expect(types).not.toContain('mrkdwn');
    const teams = JSON.stringify(teamsBody(gateNotice()));
    expect(teams).not.toContain('"TextBlock"');
    const { text } = mattermostBody(gateNotice()) as { text: string };
    expect(text.split('```')).toHaveLength(3);
    expect(text.split('```')[1]).toContain("<!channel> @all '''<img onerror=x>");
    for (const body of [slack, teams, text]) expect(body).not.toContain('\u202e');
  });

  test('say what happened, why, what comes next, and where', () => {
    expect(webhookBody(gateNotice())).toMatchObject({
      type: 'gate.broken',
      timestamp: '1970-01-01T00:00:00Z',
      data: {
        title: 'campaign sp4: a gate has paused it',
        why: expect.stringContaining('3 failures') as string,
        link: 'https://servpack.example/campaigns/sp4',
        wave: 'canary',
        happenings: [{ wave: 'canary' }],
      },
    });
  });
});

test('a program of the folder of hooks gets the message on its standard input', async () => {
  const program = secretFile('#!/bin/sh\ncat > "$1"\n[ "$2" = ok ]\n');
  chmodSync(program, 0o700);
  const folder = program.slice(0, program.lastIndexOf('/'));
  const run = (last: string, hooks: string | null = folder) =>
    send(
      { ...sending, hooks },
      { form: 'command', run: ['secret', 'got.json', last], timeoutMs: 10_000 },
      gateNotice(),
    );
  expect(await run('ok')).toEqual({ kind: 'delivered', because: 'secret ended with exit code 0' });
  expect(JSON.parse(readFileSync(`${folder}/got.json`, 'utf8'))).toMatchObject({
    id: 'msg_1',
    type: 'gate.broken',
  });
  expect(await run('bad')).toEqual({ kind: 'failed', because: 'secret ended with exit code 1' });
  writeFileSync(
    program,
    '#!/bin/sh\necho to nobody\necho first >&2\necho "401 of https://kim:pw1@h/ (token=pw2, Authorization: Bearer pw3, --api-key pw4)" >&2\nexit 3\n',
  );
  expect(await run('bad')).toEqual({
    kind: 'failed',
    because: 'secret ended with exit code 3',
    printed:
      '401 of https://[redacted]@h/ (token=[redacted] Authorization: Bearer [redacted] --api-key [redacted]',
  });
  expect(await run('ok', null)).toMatchObject({ kind: 'failed' });
});
