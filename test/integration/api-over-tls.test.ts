import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { startSmallOrchestrator, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';

const root = join(import.meta.dirname, '../..');
const doc = readFileSync(join(root, 'docs/operations/tls.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'servpack-tls-'));
const tls = join(folder, 'tls');
const file = (name: string): string => readFileSync(join(tls, name), 'utf8');

let orchestrator: SmallOrchestrator;
beforeAll(async () => {
  // The documented commands, for the name of this machine.
  const commands = /```sh\n# certificates\n([^]*?)```/.exec(doc)?.[1] ?? 'exit 1';
  const here = commands
    .replaceAll('/etc/servpack/tls', tls)
    .replace('name=servpack.example', 'name=localhost');
  execFileSync('bash', ['-euc', here], { stdio: 'pipe' });
  orchestrator = await startSmallOrchestrator();
});
afterAll(async () => {
  await orchestrator[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A proxy that ends TLS in front of the API, and counts what reaches the API. */
async function startProxy() {
  const behind = new URL(orchestrator.url);
  const seen = { bytes: 0 };
  const server = createServer(
    { cert: file('servpack.crt'), key: file('servpack.key'), minVersion: 'TLSv1.2' },
    (socket) => {
      const api = connect(Number(behind.port), behind.hostname);
      socket.on('data', (data) => (seen.bytes += data.length));
      for (const [one, other] of [
        [socket, api],
        [api, socket],
      ] as const) {
        one.on('error', () => other.destroy());
        one.pipe(other);
      }
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { seen, url: `https://localhost:${(server.address() as AddressInfo).port}` };
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line on the machine of an operator, who has the token and perhaps the authority. */
const asOperator = (url: string, authority: string): Promise<Ran> =>
  new Promise((resolve) => {
    const main = join(root, 'orchestrator/cli/main.ts');
    const env = { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', SERVPACK_URL: url };
    const child = execFile(
      process.execPath,
      [main, 'fleet', 'list'],
      { env: { ...env, SERVPACK_TOKEN: orchestrator.token, NODE_EXTRA_CA_CERTS: authority }, cwd: folder },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

describe('the API over TLS, with the documented certificates', () => {
  test('is used by the command line that trusts the authority', async () => {
    const { url } = await startProxy();
    const ran = await asOperator(url, join(tls, 'ca.crt'));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^0 clients on 0 logon servers/);
  });

  test('gets nothing, and no token, from a command line that does not trust it, or under another name', async () => {
    const { seen, url } = await startProxy();
    const stranger = await asOperator(url, '');
    const otherName = await asOperator(url.replace('localhost', '127.0.0.1'), join(tls, 'ca.crt'));
    for (const { code, stdout } of [stranger, otherName]) expect([code, stdout]).toEqual([3, '']);
    expect(seen.bytes).toBe(0);
  });

  test.runIf(existsSync('/usr/sbin/nginx'))(
    'is served by nginx with deploy/nginx/servpack.conf',
    async () => {
      const home = mkdtempSync(join(folder, 'nginx-'));
      mkdirSync(join(home, 'logs'));
      const port = await freePort();
      const server = readFileSync(join(root, 'deploy/nginx/servpack.conf'), 'utf8')
        .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
        .replaceAll('/etc/servpack/tls', tls)
        .replace('http://127.0.0.1:7300', orchestrator.url);
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${home}/${name};`,
      );
      const config = join(home, 'nginx.conf');
      writeFileSync(
        config,
        `pid ${home}/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${paths.join('\n')}\n${server}}\n`,
      );
      const nginx = spawn('/usr/sbin/nginx', ['-p', home, '-c', config, '-g', 'daemon off;'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      nginx.stderr.on('data', (data: Buffer) => (said += data.toString()));
      onTestFinished(async () => {
        const ended = once(nginx, 'exit');
        if (nginx.exitCode === null && nginx.kill('SIGTERM')) await ended;
      });
      const url = `https://localhost:${port}`;
      await until('nginx answers', async () => {
        if (nginx.exitCode !== null) throw new Error(said);
        return (await asOperator(url, join(tls, 'ca.crt'))).code === 0;
      });
      const { stdout } = await asOperator(url, join(tls, 'ca.crt'));
      expect(stdout).toMatch(/^0 clients on 0 logon servers/);
    },
  );
});
