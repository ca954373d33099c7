import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import tls from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkCertificates } from '../../orchestrator/doctor/certificates.ts';
import { ofApi } from '../../orchestrator/http/tls/certificates.ts';
import { ServerCertificate } from '../../orchestrator/http/tls/server-certificate.ts';
import { urlOf } from '../../orchestrator/http/url-file.ts';
import { readConfig } from '../../shared/config.ts';
import type { CertificateFiles } from '../../shared/listener-settings.ts';
import { makeAuthority, type Authority } from '../fixtures/authority.ts';
import { testLog } from '../fixtures/context.ts';
import { followFor } from '../fixtures/event-reader.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { notOk } from './doctor-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-own-tls-'));
const cli = join(import.meta.dirname, '../../orchestrator/cli/main.ts');
const usual = tls.getCACertificates('default');
let authority: Authority;
let good: CertificateFiles;
beforeAll(() => {
  authority = makeAuthority(folder);
  good = authority.issue('good');
  // `fetch` of this process trusts it, as the command line does with --ca.
  tls.setDefaultCACertificates([...usual, readFileSync(authority.ca, 'utf8')]);
});
afterAll(() => {
  tls.setDefaultCACertificates(usual);
  rmSync(folder, { recursive: true, force: true });
});

/** An orchestrator with a certificate of its own, which looks at its files often. */
async function startWithTls(files: CertificateFiles, log = testLog()) {
  const certificate = unwrapped(ServerCertificate.open(ofApi, files, { log, everyMs: 10 }));
  const orchestrator = await startSmallOrchestrator(undefined, {
    log,
    certificate,
    isOverTls: true,
    hosts: ['servpack.example'],
    context: { certificates: { api: certificate, checkIns: null } },
  });
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  return { orchestrator, certificate };
}

/** Subject of the certificate that a new connection gets, and the protocol; null = it gets none. */
async function handshake({ url }: SmallOrchestrator, more: tls.ConnectionOptions = {}) {
  const { port } = new URL(url);
  const ca = readFileSync(authority.ca);
  const socket = tls.connect({ port: Number(port), host: '127.0.0.1', ca, ...more });
  const done = await new Promise<boolean>((resolve) => {
    socket.on('secureConnect', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  const seen = done ? [socket.getPeerCertificate().subject.CN, socket.getProtocol()] : null;
  socket.destroy();
  return seen;
}

describe('the API with a certificate of its own', () => {
  test('answers over TLS, and its HSTS header keeps browsers from plain HTTP', async () => {
    const { orchestrator } = await startWithTls(good);
    expect(orchestrator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${orchestrator.url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: orchestrator.token }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-servpack=.*; Secure$/);
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    const local = await fetch(orchestrator.url.replace('127.0.0.1', 'localhost'));
    expect(local.headers.get('strict-transport-security')).toBeNull();
    await expect(fetch(orchestrator.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
  });

  test.each([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, null],
    ['a suite of TLS 1.2 without authenticated encryption', cbc(), null],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, ['good', 'TLSv1.2']],
    ['TLS 1.3', {}, ['good', 'TLSv1.3']],
  ] as const)('speaks with a caller that has %s: %j', async (_has, most, spoken) => {
    const { orchestrator } = await startWithTls(good);
    expect(await handshake(orchestrator, most)).toEqual(spoken);
  });

  test('sends no HSTS header without TLS', async () => {
    await using orchestrator = await startSmallOrchestrator();
    const answer = await fetch(orchestrator.url);
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  test('pushes events, and shows a campaign to the command line', async () => {
    const { orchestrator } = await startWithTls(good);
    await using _following = await followFor(orchestrator.events, orchestrator.store);
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml() });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    const watching = spawn(process.execPath, [cli, 'campaign', 'watch', 'sp4', '--until-paused'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        NODE_NO_WARNINGS: '1',
        SERVPACK_URL: orchestrator.url,
        SERVPACK_DATA: orchestrator.folder,
        SERVPACK_CA: authority.ca,
      },
    });
    let [shown, said] = ['', ''];
    watching.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    watching.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(watching, 'exit');
    await until('the campaign is shown', () => /sp4 running/.test(shown) || watching.exitCode !== null);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
    await ended;
    expect([said, shown]).toEqual(['', expect.stringMatching(/sp4 paused by .*the phones ring/)]);
  });
});

/** Only cipher suites that the API does not offer. */
function cbc(): tls.ConnectionOptions {
  return { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384' };
}

describe('a certificate that is replaced', () => {
  test('is used for new connections without a restart; if it cannot be used, the earlier one stays in use', async () => {
    const files = { cert: join(folder, 'served.crt'), key: join(folder, 'served.key') };
    const put = (from: CertificateFiles) => {
      copyFileSync(from.cert, files.cert);
      copyFileSync(from.key, files.key);
    };
    put(good);
    const logged: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        logged.push(chunk.toString());
        done();
      },
    });
    const { orchestrator, certificate } = await startWithTls(files, pino({ level: 'info' }, stream));
    const doctor = async () => {
      const { body } = await orchestrator.ask('GET', '/v1/doctor');
      return notOk(body.checks).filter((line) => line.includes('certificate'));
    };
    expect(await doctor()).toEqual([]);

    put(authority.issue('next'));
    await until('the next one is served', async () => (await handshake(orchestrator))?.[0] === 'next');

    // The key of another certificate, and then no certificate at all.
    copyFileSync(good.key, files.key);
    await until('the doctor says so', async () => (await doctor()).length > 0);
    expect(await doctor()).toEqual([
      `warning: servpack: the certificate of the API cannot be used: the key belongs to another certificate; correct SERVPACK_TLS_CERT (${files.cert}) or SERVPACK_TLS_KEY (${files.key})`,
    ]);
    rmSync(files.cert);
    await until('another reason is given', () => certificate.trouble?.includes('no such file') === true);
    expect(await handshake(orchestrator)).toEqual(['next', 'TLSv1.3']);
    expect(logged.filter((line) => line.includes('the one of before stays in use'))).toHaveLength(2);

    put(good);
    await until('it is mended', async () => (await handshake(orchestrator))?.[0] === 'good');
    expect(await doctor()).toEqual([]);
  });

  test('is named by the doctor when it ends soon, or has ended', () => {
    const now = Date.now();
    const checks = (days: number) => {
      const files = authority.issue(`ends-${days}`, { days });
      const api = unwrapped(ServerCertificate.open(ofApi, files, { log: testLog() }));
      return notOk(checkCertificates({ api, checkIns: null }, now));
    };
    expect(checks(20)).toEqual([]);
    expect(checks(5)).toEqual([
      expect.stringMatching(/^warning: servpack: the certificate of the API expires at /),
    ]);
    expect(checks(-1)).toEqual([
      expect.stringMatching(/^broken: servpack: the certificate of the API has expired at /),
    ]);
  });
});

describe('the command line says why it does not trust', () => {
  const list = (orchestrator: SmallOrchestrator, ca: string | null, url = orchestrator.url) =>
    runCliAt(orchestrator, ['fleet', 'list', ...(ca === null ? [] : ['--ca', ca])], {
      env: { SERVPACK_URL: url },
    });

  test('an unknown authority, a certificate that has expired, and another name', async () => {
    const { orchestrator } = await startWithTls(good);
    expect((await list(orchestrator, authority.ca)).stdout).toMatch(/^0 clients/);
    const others = [
      await list(orchestrator, null),
      await list(orchestrator, makeAuthority(folder, 'another one').ca),
    ];
    for (const { code, stderr } of others)
      expect([code, stderr]).toEqual([
        3,
        `servpack: ${orchestrator.url} cannot be trusted: the authority of its certificate is not known here; give the certificate of its authority with --ca, or correct the URL\n`,
      ]);
    const named = await startWithTls(authority.issue('named', { names: 'DNS:servpack.example' }));
    const { code, stderr } = await list(named.orchestrator, authority.ca);
    expect([code, stderr]).toEqual([
      3,
      `servpack: ${named.orchestrator.url} cannot be trusted: its certificate is for another name; give the URL with the name of its certificate\n`,
    ]);
    const old = await startWithTls(authority.issue('old', { days: -1 }));
    expect((await list(old.orchestrator, authority.ca)).stderr).toBe(
      `servpack: ${old.orchestrator.url} cannot be trusted: its certificate has expired, or the clock of this machine is wrong; an administrator puts a certificate there that is valid now\n`,
    );
  });
});

test('the settings name certificate and key together, and allow the API beyond loopback', () => {
  const read = (more: Record<string, string>) => {
    const config = readConfig({ REDIS_URL: 'redis://127.0.0.1:6379', ...more });
    return config.ok ? config.value.api : config.error.message;
  };
  const pair = { SERVPACK_TLS_CERT: '/x.crt', SERVPACK_TLS_KEY: '/x.key' };
  expect(read({ ...pair, SERVPACK_HOST: '0.0.0.0' })).toMatchObject({
    tls: { cert: '/x.crt', key: '/x.key' },
    isOverTls: true,
  });
  expect(read({ SERVPACK_TLS_CERT: '/x.crt' })).toBe(
    'SERVPACK_TLS_KEY: is missing; TLS needs both the certificate and its key',
  );
});

test('the command line of the same machine gets a URL whose name is in the certificate', () => {
  const urlFor = (names: string) => {
    const files = authority.issue('of-url', { names });
    const served = unwrapped(ServerCertificate.open(ofApi, files, { log: testLog() }));
    return urlOf('https://127.0.0.1:7300', ['http://ls-1:7300', 'https://servpack.example'], served);
  };
  expect(urlFor('IP:127.0.0.1')).toBe('https://127.0.0.1:7300');
  expect(urlFor('DNS:localhost,DNS:servpack.example')).toBe('https://localhost:7300');
  expect(urlFor('DNS:servpack.example')).toBe('https://servpack.example');
  expect(urlOf('http://127.0.0.1:7300', ['https://servpack.example'], null)).toBe('http://127.0.0.1:7300');
});
