import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientCertificates } from '../../orchestrator/http/access/client-certificates.ts';
import { ofApi } from '../../orchestrator/http/tls/certificates.ts';
import { ServerCertificate } from '../../orchestrator/http/tls/server-certificate.ts';
import { readConfig } from '../../shared/config.ts';
import { mayBeSamePerson, personOf } from '../../shared/domain/campaign/person.ts';
import type { CertificateFiles } from '../../shared/listener-settings.ts';
import { type Authority, makeAuthority } from '../fixtures/authority.ts';
import { testLog } from '../fixtures/context.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { notOk } from './doctor-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-client-certs-'));
const settings = join(folder, 'client-certs.yaml');
const usual = tls.getCACertificates('default');
let authority: Authority;
let people: Authority;
let anna: CertificateFiles;
let orchestrator: SmallOrchestrator;

const rules = [
  '- { subject: { CN: anna, O: Example }, person: anna, role: operator }',
  '- { name: "URI:spiffe://example/reporting", role: viewer, campaigns: ["pune-*"] }',
  '- { subject: { CN: gone }, role: operator }',
  '- { subject: { CN: old }, role: operator }',
];

function writeSettings(some: readonly string[], revoked: readonly string[] = []): void {
  const lines = ['clientCertificates:', '  authorities: people/ca.crt', '  rules:'];
  writeFileSync(
    settings,
    [...lines, ...some.map((each) => `    ${each}`), `  revoked: [${revoked.join(', ')}]`, ''].join('\n'),
  );
}

beforeAll(async () => {
  authority = makeAuthority(folder);
  people = makeAuthority(folder, 'people');
  anna = person('anna', { subject: '/O=Example/CN=anna' });
  tls.setDefaultCACertificates([...usual, readFileSync(authority.ca, 'utf8')]);
  writeSettings(rules);
  const clients = unwrapped(ClientCertificates.open(settings, testLog()));
  const certificate = unwrapped(
    ServerCertificate.open(ofApi, authority.issue('server'), { log: testLog(), everyMs: 10, clients }),
  );
  orchestrator = await startSmallOrchestrator(undefined, {
    certificate,
    isOverTls: true,
    context: { certificates: { api: certificate, checkIns: null } },
  });
});
afterAll(async () => {
  await orchestrator[Symbol.asyncDispose]();
  tls.setDefaultCACertificates(usual);
  rmSync(folder, { recursive: true, force: true });
});

const person = (name: string, order: Parameters<Authority['issue']>[1] = {}): CertificateFiles =>
  people.issue(name, { names: '', use: 'clientAuth', ...order });

/** A request over a connection of its own, with a certificate or without. */
async function ask(
  files: CertificateFiles | null,
  method = 'GET',
  path = '/v1/session',
  { body, ...headers }: Record<string, string> = {},
  // The test knows what the answer holds.
  // oxlint-disable-next-line typescript/no-explicit-any
): Promise<{ readonly status: number; readonly body: any }> {
  const shown = files === null ? {} : { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const sent = request(`${orchestrator.url}${path}`, {
    ...shown,
    method,
    agent: false,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await json(answer) };
}

const code = async (...asked: Parameters<typeof ask>) => {
  const { status, body } = await ask(...asked);
  return [status, body.code];
};

describe('a certificate', () => {
  test('gives its caller the person and the role of its rule, and the audit names its subject', async () => {
    expect((await ask(anna)).body).toMatchObject({
      name: 'anna',
      by: 'certificate O=Example, CN=anna',
      person: 'anna',
      role: 'operator',
      session: null,
    });
    const halted = await ask(anna, 'POST', '/v1/halt', { body: '{"reason":"smoke"}' });
    expect(halted.body.halted.by).toBe('anna (certificate O=Example, CN=anna)');
    const refused = await ask(anna, 'GET', '/v1/tokens');
    expect([refused.status, refused.body.role.has]).toEqual([403, 'operator']);
    expect((await ask(anna, 'POST', '/v1/unhalt', { body: '{}' })).status).toBe(200);
    const program = person('reporting', { names: 'URI:spiffe://example/reporting' });
    expect((await ask(program)).body).toMatchObject({
      person: null,
      role: 'viewer',
      narrowing: { campaigns: ['pune-*'], sites: [] },
    });
  });

  test('and a token with the same name of a person belong to one person', () => {
    const [byCertificate, byToken] = ['anna (certificate O=Example, CN=anna)', 'anna (token a)'];
    expect(personOf(byCertificate)).toBe('anna');
    expect(mayBeSamePerson(byCertificate, byToken)).toBe(true);
    expect(mayBeSamePerson(byCertificate, 'kim (token k)')).toBe(false);
    // The certificate of a program belongs to no single person, even if its caller names one.
    expect(personOf('certificate CN=reporting, O=Example (says anna)')).toBe(null);
  });

  test('is refused without a rule, also where its subject only looks like that of another', async () => {
    expect(await code(person('kim'))).toEqual([403, 'certificate.noRule']);
    for (const [name, order] of [
      ['part', { subject: '/CN=anna' }],
      ['inside', { subject: '/O=Example, CN=anna/CN=x' }],
      ['plus', { subject: '/O=Example + CN=anna/CN=x' }],
      ['name', { names: 'URI:spiffe://example/reporting2' }],
      ['names', { names: '@alt\n[alt]\nURI.1=http://x/, URI:spiffe://example/reporting, x' }],
    ] as const)
      expect([name, await code(person(name, order)).catch(String)]).toEqual([
        name,
        [403, 'certificate.noRule'],
      ]);
  });

  test('is refused when its authority is another one, or when it has expired', async () => {
    const strangers = makeAuthority(folder, 'strangers');
    const stranger = strangers.issue('anna', { subject: '/O=Example/CN=anna', use: 'clientAuth' });
    const refused = await ask(stranger);
    expect([refused.status, refused.body.code]).toEqual([403, 'certificate.notAccepted']);
    expect(refused.body.detail).toBe(
      'the certificate O=Example, CN=anna is not accepted: the authority of its certificate is not known here',
    );
    const old = await ask(person('old', { subject: '/CN=old', days: -1 }));
    expect([old.status, old.body.detail]).toEqual([
      403,
      expect.stringMatching(/^the certificate CN=old is not accepted: its certificate has expired/),
    ]);
  });

  test('counts only on the connection: a header of a proxy proves nothing', async () => {
    const pem = encodeURIComponent(readFileSync(anna.cert, 'utf8'));
    for (const headers of [
      {
        'x-ssl-client-cert': pem,
        'x-ssl-client-verify': 'SUCCESS',
        'x-ssl-client-s-dn': 'CN=anna,O=Example',
      },
      { 'x-forwarded-client-cert': `Cert="${pem}"` },
      { 'client-cert': `:${pem}:` },
      { 'x-forwarded-user': 'anna' },
    ])
      expect(await code(null, 'GET', '/v1/session', headers)).toEqual([401, 'token.missing']);
  });

  test('is refused in a request of a page of another site, which changes nothing', async () => {
    const body = '{"reason":"smoke"}';
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      expect(await code(anna, 'POST', '/v1/halt', { body, ...headers } as never)).toEqual([
        403,
        'origin.other',
      ]);
    expect((await ask(anna, 'GET', '/v1/halt')).body.halted).toBeNull();
  });

  test('gives way to a token that is sent with it', async () => {
    const authorization = `Bearer ${orchestrator.token}`;
    expect((await ask(anna, 'GET', '/v1/session', { authorization })).body.name).toBe('default');
    expect(await code(anna, 'GET', '/v1/session', { authorization: 'Bearer wrong' })).toEqual([
      401,
      'token.wrong',
    ]);
  });

  test('is refused within seconds after its rule is gone or its serial number revoked, with its session', async () => {
    const gone = person('gone', { subject: '/CN=gone' });
    const link = await ask(gone, 'POST', '/v1/session/links', { body: '{}' });
    const begun = await fetch(`${orchestrator.url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: link.body.code }),
    });
    const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
    const session = async () => (await ask(null, 'GET', '/v1/session', { cookie })).status;
    expect(await session()).toBe(200);
    const { X509Certificate } = await import('node:crypto');
    const serial = new X509Certificate(readFileSync(gone.cert)).serialNumber.toLowerCase();
    writeSettings(rules, [`"${serial}"`]);
    await until('it is revoked', async () => (await code(gone))[1] === 'certificate.revoked');
    expect(await session()).toBe(403);
    writeSettings(rules.filter((each) => !each.includes('gone')));
    await until('it has no rule', async () => (await code(gone))[1] === 'certificate.noRule');
    // A file that cannot be used leaves the earlier rules in force.
    writeFileSync(settings, 'clientCertificates: { authorities: people/ca.crt, rules: [{ role: boss }] }\n');
    const doctor = async () => notOk((await orchestrator.ask('GET', '/v1/doctor')).body.checks);
    await until('the doctor says so', async () => (await doctor()).some((line) => line.includes(settings)));
    expect((await ask(anna)).status).toBe(200);
    writeSettings(rules);
    await until('it is mended', async () => (await ask(gone)).status === 200);
  });
});

describe('the command line with a certificate', () => {
  const run = (...args: readonly string[]) =>
    runCli([...args, '--url', orchestrator.url, '--ca', authority.ca, '--data', join(folder, 'none')]);

  test('uses it in place of a token, also for long answers and for streams', async () => {
    const { cert, key } = anna;
    const shown = ['--cert', cert, '--key', key];
    expect(await run('fleet', 'list', ...shown)).toMatchObject({ code: 0, stderr: '' });
    const fleet = join(folder, 'fleet.csv');
    writeFileSync(
      fleet,
      'client,host,logonServer,zone,role,labels\npc-1,NT-1,LS-MIL,Europe/Rome,workstation,\n',
    );
    expect(await run('fleet', 'import', fleet, ...shown)).toMatchObject({ code: 0, stderr: '' });
    const audit = await run('audit', 'export', ...shown);
    expect(audit.stdout).toContain('anna (certificate O=Example, CN=anna');
  });

  test('says what is wrong with it', async () => {
    const kim = person('kim-2', { subject: '/CN=kim' });
    const refused = await run('fleet', 'list', '--cert', kim.cert, '--key', kim.key);
    expect([refused.code, refused.stderr]).toEqual([
      5,
      'servpack: no rule says what the certificate CN=kim may do; an administrator adds one to the settings of client certificates\n',
    ]);
    const alone = await run('fleet', 'list', '--cert', kim.cert);
    expect([alone.code, alone.stderr]).toEqual([
      2,
      'servpack: a certificate needs its key: give --cert and --key together\n',
    ]);
  });
});

test('the settings need a certificate of the API', () => {
  const given = { REDIS_URL: 'redis://127.0.0.1:6379', SERVPACK_CLIENT_CERTS: '/x.yaml' };
  const read = readConfig({ ...given, SERVPACK_BEHIND_TLS: '1' });
  expect(read.ok ? '' : read.error.message).toMatch(/^SERVPACK_CLIENT_CERTS: needs SERVPACK_TLS_CERT/);
  expect(readConfig({ ...given, SERVPACK_TLS_CERT: '/x.crt', SERVPACK_TLS_KEY: '/x.key' })).toMatchObject({
    ok: true,
    value: { api: { clientCertificates: '/x.yaml' } },
  });
});
