import { expect, test } from 'vitest';
import { send } from '../../orchestrator/notify/forms/send.ts';
import type { MailDestination } from '../../orchestrator/notify/settings.ts';
import { gateNotice, secretFile } from './notice-fixture.ts';
import { openMailServer } from './mail-server.ts';

const sending = { env: {}, hooks: null, now: Date.now };

const mailTo = (port: number, changes: Partial<MailDestination> = {}): MailDestination => ({
  form: 'mail',
  server: '127.0.0.1',
  port,
  tls: 'none',
  login: null,
  from: 'servpack@example.org',
  to: ['desk@example.org', 'night@example.org'],
  isPrivateAllowed: true,
  ...changes,
});

test('a mail says what happened, and the mail about the end of an alarm is an answer to it', async () => {
  await using server = await openMailServer();
  const over = {
    ...gateNotice('msg_2'),
    title: 'campaign sp4 goes on\r\nBcc: all@example.org',
    ends: [{ type: 'gate.broken', since: '', says: '', messages: ['msg_1'] }],
  };
  for (const notice of [gateNotice(), over])
    expect(await send(sending, mailTo(server.port), notice)).toMatchObject({ kind: 'delivered' });
  const [began = '', ended = ''] = server.got;
  expect(began).toMatch(/^MAIL FROM:<servpack@example.org>/);
  expect(began).toContain('RCPT TO:<night@example.org>');
  expect(began).toContain('Subject: [servpack] campaign sp4: a gate has paused it');
  expect(began).toContain('Message-ID: <msg_1@example.org>');
  expect(began).toContain('https://servpack.example/campaigns/sp4');
  expect(ended).toContain('In-Reply-To: <msg_1@example.org>');
  // A line end in a name begins no header.
  expect(ended).not.toMatch(/^Bcc:/m);
});

test('a mail is not sent without the encryption that was asked for, and reasons hold no secret', async () => {
  await using server = await openMailServer();
  const login = { user: 'servpack', password: { file: secretFile('very-secret\n') } };
  const sent = await send(sending, mailTo(server.port, { tls: 'starttls', login }), gateNotice());
  expect(sent.kind).toBe('failed');
  expect(sent.because).not.toContain('very-secret');
  server.answer('550 not for very-secret');
  expect(await send(sending, mailTo(server.port), gateNotice())).toEqual({
    kind: 'failed',
    because: 'the mail server answers 550',
  });
  expect(server.got).toEqual([]);
});
