import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { isAlive, isGone } from '../../orchestrator/embedded-redis/processes.ts';
import { giveRedisServer } from '../environment/private-redis.ts';
import { startRedisServer } from '../environment/redis-servers.ts';
import { testRedis } from '../environment/redis.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { patienceMs } from '../environment/patience.ts';

const main = join(import.meta.dirname, '../../orchestrator/cli/main.ts');
const isUp = /^servpack is up: (http:\S+) /m;

/** `servpack up` as a process of its own, which ends with the test. */
interface Up {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly text: () => string;
  readonly ended: Promise<number | null>;
}

const started: Up[] = [];

afterEach(async () => {
  for (const { child, folder, ended } of started.splice(0)) {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-up-'));
  giveRedisServer(folder);
  return folder;
}

function startUp(
  env: Readonly<Record<string, string>>,
  port = '0',
  options: readonly string[] = [],
  folder = newFolder(),
): Up {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [main, 'up', '--port', port, '--data', folder, ...options], {
    env: { PATH, NODE_COMPILE_CACHE, NODE_NO_WARNINGS: '1', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const up = { child, folder, text: () => text, ended };
  started.push(up);
  return up;
}

/**
 * Waits until the output matches; fails with the output when the process ends or prints nothing.
 */
async function said(up: Up, words: RegExp): Promise<string> {
  const deadline = performance.now() + patienceMs;
  const end = up.ended.then(() => true);
  for (;;) {
    const found = words.exec(up.text());
    if (found !== null) return found[1] ?? found[0];
    const over = await Promise.race([
      end,
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 50)),
    ]);
    if (over || performance.now() > deadline) throw new Error(`never said ${words.source}: ${up.text()}`);
  }
}

const onTestRedis = (): Record<string, string> => {
  const { url, prefix } = testRedis();
  return { REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_GATEWAY: 'simulated:1' };
};

/** The worker of `up`: its only child process when Redis is not its own. */
function workerOf({ child }: Up): number {
  const [found] = childrenOf(child.pid);
  if (found === undefined) throw new Error('no worker');
  return found;
}

const childrenOf = (parent: number | undefined): readonly number[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === parent)
    .map(Number);

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1');

const runningIn = (folder: string): { readonly pid: number } =>
  JSON.parse(readFileSync(join(folder, 'redis/running.json'), 'utf8')) as { pid: number };

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

test('servpack up runs all parts, is found through its data folder, keeps its port, and ends with 0', async () => {
  const up = startUp(onTestRedis());
  const url = await said(up, isUp);
  await said(up, /^servpack worker: ready$/m);
  const list = await runCli(['fleet', 'list', '--data', up.folder]);
  expect([list.code, list.stdout]).toEqual([0, expect.stringMatching(/^0 clients on 0 logon servers/)]);
  const worker = workerOf(up);
  const { port } = new URL(url);
  const second = startUp(onTestRedis(), port);
  expect(await second.ended).toBe(1);
  expect(second.text()).toContain(
    `servpack: port ${port} is taken; stop what listens there or set SERVPACK_PORT to another one\n`,
  );
  const { password } = new URL(testRedis().url);
  expect(password).not.toBe('');
  expect(readFileSync(`/proc/${worker}/environ`, 'utf8')).not.toContain(password);
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
  expect(up.text()).toContain('\nstopping\n');
  expect(isAlive(worker)).toBe(false);
  expect(readdirSync(up.folder)).not.toContain('worker-redis-password');
});

test('servpack up ends with one sentence when its worker dies', async () => {
  const up = startUp(onTestRedis());
  await said(up, /^servpack worker: ready$/m);
  process.kill(workerOf(up), 'SIGKILL');
  expect(await up.ended).toBe(1);
  expect(up.text()).toContain('servpack: the worker ended by itself (killed); everything is stopped\n');
});

test('servpack up ends with one sentence when its private Redis dies', async () => {
  const up = startUp({ SERVPACK_GATEWAY: 'simulated:1' });
  await said(up, /^servpack worker: ready$/m);
  const { pid } = runningIn(up.folder);
  process.kill(pid, 'SIGKILL');
  expect(await up.ended).toBe(1);
  expect(up.text()).toContain('servpack: the private Redis ended by itself; everything is stopped\n');
  expect(await isGone(pid, patienceMs)).toBe(true);
});

test('all parts of a killed servpack up end, and the next one says what it found', async () => {
  const killed = startUp({ SERVPACK_GATEWAY: 'simulated:1' });
  await said(killed, /^servpack worker: ready$/m);
  const { pid: redis } = runningIn(killed.folder);
  const parts = childrenOf(killed.child.pid);
  expect(parts).toContain(redis);
  // Redis keeps what it was given a moment ago: it is asked to end, and writes its file first.
  const halted = await runCli(['halt', '--reason', 'kept', '--data', killed.folder]);
  expect(halted.code).toBe(0);
  killed.child.kill('SIGKILL');
  await killed.ended;
  for (const pid of parts) expect(await isGone(pid, patienceMs), `${pid} of ${parts.join()}`).toBe(true);
  const log = readFileSync(join(killed.folder, 'redis/redis.log'), 'utf8');
  expect(log).toContain('bye bye');
  const next = startUp({ SERVPACK_GATEWAY: 'simulated:1' }, '0', [], killed.folder);
  await said(next, isUp);
  expect(next.text()).toContain(
    `The last servpack of this data folder (process ${killed.child.pid}) was killed or lost its Redis; starts the Redis again with the same records\n`,
  );
  const ended = await runCli(['unhalt', '--reason', 'seen', '--data', next.folder]);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
});

test('the worker of a killed servpack worker ends', async () => {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const command = spawn(process.execPath, [main, 'worker'], {
    env: { PATH, NODE_COMPILE_CACHE, NODE_NO_WARNINGS: '1', ...onTestRedis() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(command.stdout, 'data');
  const [worker = 0] = childrenOf(command.pid);
  command.kill('SIGKILL');
  expect(await isGone(worker, patienceMs)).toBe(true);
});

test('servpack up takes over the Redis of a killed one, and the guard of the killed one spares it', async () => {
  const killed = startUp({ SERVPACK_GATEWAY: 'simulated:1' });
  await said(killed, /^servpack worker: ready$/m);
  const { pid: redis } = runningIn(killed.folder);
  const [worker = 0] = childrenOf(killed.child.pid).filter((pid) => /workers.main/.test(commandOf(pid)));
  const [guard = 0] = childrenOf(killed.child.pid).filter((pid) => /guard-process/.test(commandOf(pid)));
  // A worker that does not end keeps the guard waiting, but for ten seconds only. So the guard
  // stands still, too, until the next servpack is up, however long that takes.
  for (const pid of [worker, guard]) process.kill(pid, 'SIGSTOP');
  try {
    killed.child.kill('SIGKILL');
    // Its output stays open as long as its worker holds it.
    expect(await isGone(killed.child.pid ?? 0, patienceMs)).toBe(true);
    const next = startUp({ SERVPACK_GATEWAY: 'simulated:1' }, '0', [], killed.folder);
    await said(next, isUp);
    expect(next.text()).toContain(
      `Redis of this data folder, running already (process ${redis}); the servpack that started it (process ${killed.child.pid}) was killed: this one takes it over, and ends it\n`,
    );
    for (const pid of [worker, guard]) process.kill(pid, 'SIGCONT');
    expect(await isGone(guard, patienceMs)).toBe(true);
    expect(isAlive(redis)).toBe(true);
    next.child.kill('SIGTERM');
    expect(await next.ended).toBe(0);
    expect(isAlive(redis)).toBe(false);
  } finally {
    for (const pid of [worker, guard].filter(isAlive)) process.kill(pid, 'SIGKILL');
  }
});

test('servpack up refuses a Redis that may lose records, and warns where the loss is accepted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-lossy-'));
  const redis = await startRedisServer(folder, ['--appendonly', 'no']);
  onTestFinished(() => redis.stop());
  const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, SERVPACK_GATEWAY: 'simulated:1' };
  const refused = startUp(env);
  expect(await refused.ended).toBe(1);
  expect(refused.text()).toContain('keeps no append-only file');
  expect(refused.text()).toContain('start with --accept-loss');
  const accepted = startUp(env, '0', ['--accept-loss']);
  await said(accepted, isUp);
  expect(accepted.text()).toContain('LOSS ACCEPTED: ');
});

test('servpack up refuses a missing gateway with one sentence', async () => {
  const { SERVPACK_GATEWAY: _none, ...without } = onTestRedis();
  const noGateway = startUp(without);
  expect(await noGateway.ended).toBe(1);
  expect(noGateway.text()).toBe(
    'servpack: no way to reach clients is configured; set SERVPACK_GATEWAY, e.g. SERVPACK_GATEWAY=simulated:7400\n',
  );
});
