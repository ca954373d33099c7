import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForwardedEntry } from '../../orchestrator/forward/entry.ts';
import { sendSyslog } from '../../orchestrator/forward/send-syslog.ts';
import { sendWebhook } from '../../orchestrator/forward/send-webhook.ts';
import type { SyslogReceiver as Settings } from '../../orchestrator/forward/settings.ts';
import { openReceiver } from '../notify/receiver.ts';
import { openSyslogReceiver } from './syslog-receiver.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'servpack-siem-'));
  // An authority, and certificates of a receiver and of servpack that it has signed.
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-subj', '/CN=test', '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2');
  for (const name of ['siem', 'servpack']) {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=IP:127.0.0.1\n');
    const signed = [
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const batch = (count: number): readonly ForwardedEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    shard: 0,
    again: false,
    entry: {
      id: `1763345645007-${n}`,
      at: Date.UTC(2026, 10, 17),
      campaign: 'sp4',
      client: null,
      who: 'anna',
      from: 'running',
      to: 'paused',
      because: `the phones ring ${n} ${'é'.repeat(200)}`,
      evidence: null,
      version: n,
      servpack: '0.1.0',
      beside: [],
    },
  }));

const settings = (port: number, more: Partial<Settings> = {}): Settings => ({
  to: 'syslog',
  server: '127.0.0.1',
  port,
  tls: 'none',
  ca: null,
  login: null,
  acknowledge: 'close',
  enterprise: 32_473,
  ...more,
});

const never = new AbortController().signal;
const bytesOf = (name: string) => readFileSync(join(folder, name));

test('over TLS the receiver proves who it is, and servpack does by a certificate', async () => {
  const tls = {
    key: bytesOf('siem.key'),
    cert: bytesOf('siem.crt'),
    ca: bytesOf('ca.crt'),
    requestCert: true,
  };
  await using receiver = await openSyslogReceiver(tls);
  const login = { cert: join(folder, 'servpack.crt'), key: join(folder, 'servpack.key') };
  const known = settings(receiver.port, { tls: 'required', ca: join(folder, 'ca.crt'), login });
  expect(await sendSyslog(known, batch(300), never)).toEqual({
    kind: 'delivered',
    because: 'it has taken 300 entries',
  });
  expect(receiver.got.map(({ params }) => params['version'])).toEqual(
    batch(300).map(({ entry }) => String(entry.version)),
  );
  expect(receiver.faults).toEqual([]);
  // Neither a receiver that nobody vouches for, nor a caller without a certificate.
  expect((await sendSyslog({ ...known, ca: null }, batch(1), never)).kind).toBe('failed');
  expect((await sendSyslog({ ...known, login: null }, batch(1), never)).kind).toBe('failed');
  expect(receiver.got).toHaveLength(300);
});

test('a receiver that does not close has not taken the batch, unless nobody waits for that', async () => {
  await using receiver = await openSyslogReceiver();
  receiver.behave('hold');
  const stop = new AbortController();
  const waiting = sendSyslog(settings(receiver.port), batch(3), stop.signal);
  await expect.poll(() => receiver.got.length).toBe(3);
  stop.abort();
  expect(await waiting).toEqual({ kind: 'failed', because: 'servpack stops' });
  expect((await sendSyslog(settings(receiver.port, { acknowledge: 'none' }), batch(3), never)).kind).toBe(
    'delivered',
  );
});

test('nobody listens there: the batch has failed, and the reason names no secret', async () => {
  const receiver = await openSyslogReceiver();
  const { port } = receiver;
  await receiver[Symbol.asyncDispose]();
  expect(await sendSyslog(settings(port), batch(1), never)).toMatchObject({
    kind: 'failed',
    because: expect.stringContaining('it cannot be reached') as string,
  });
});

test('a webhook gets entries that are signed, and the same batch has the same id again', async () => {
  await using receiver = await openReceiver();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  writeFileSync(join(folder, 'secret'), `${secret}\n`, { mode: 0o600 });
  const to = {
    to: 'webhook',
    url: { url: receiver.url },
    secret: { file: join(folder, 'secret') },
    isPrivateAllowed: true,
  } as const;
  const sending = { env: {}, now: Date.now };
  for (let n = 0; n < 2; n += 1) expect((await sendWebhook(sending, to, batch(2))).kind).toBe('delivered');
  const [first, again] = receiver.got;
  expect(first?.headers['webhook-id']).toBe('audit_0-1763345645007-0_0-1763345645007-1');
  expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  const headers = first?.headers as Record<string, string>;
  expect(new Webhook(secret).verify(first?.body ?? '', headers)).toMatchObject({
    type: 'audit.entries',
    entries: [{ id: '0/1763345645007-0', campaign: 'sp4', who: 'anna' }, { id: '0/1763345645007-1' }],
  });
  receiver.answer(503);
  expect((await sendWebhook(sending, to, batch(1))).kind).toBe('failed');
});
