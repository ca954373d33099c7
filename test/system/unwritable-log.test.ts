import { type ChildProcess, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { until } from '../fixtures/until.ts';
import { patienceMs } from '../environment/patience.ts';

const root = join(import.meta.dirname, '../..');

interface Answer {
  readonly log?: { readonly lostLines: number; readonly because: string };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process of servpack whose log goes to `log`; ended with the test. */
function start(args: readonly string[], data: string, stdio: StdioOptions): ChildProcess {
  const { url } = testRedis();
  const env = {
    ...process.env,
    REDIS_URL: url,
    // The processes of one data folder meet in Redis.
    SERVPACK_PREFIX: `log-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`,
    SERVPACK_DATA: data,
    SERVPACK_PORT: '0',
    SERVPACK_GATEWAY: 'simulated:1',
    SERVPACK_LOG_LEVEL: 'trace',
  };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The address in the data folder, once the orchestrator answers there. */
async function addressIn(data: string): Promise<string> {
  const file = join(data, 'url');
  await until('the orchestrator listens', () => existsSync(file));
  const url = readFileSync(file, 'utf8').trim();
  await until('it is healthy', () => isHealthy(url));
  return url;
}

const isHealthy = (url: string): Promise<boolean> =>
  fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

async function troubleAt(url: string): Promise<Answer['log']> {
  const answer = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(patienceMs) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Answer).log;
}

/** What the doctor says of logs. */
async function doctorAt(url: string, data: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${readFileSync(join(data, 'token'), 'utf8').trim()}` };
  const answer = await fetch(`${url}/v1/doctor`, { headers, signal: AbortSignal.timeout(patienceMs) });
  const { checks } = (await answer.json()) as { checks: readonly { says: string }[] };
  return checks.map(({ says }) => says).filter((says) => says.includes('cannot write its log'));
}

/** Ends a process as a supervisor does. */
async function ends(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await ended)[0];
}

/** A log that does not work: what to give to `spawn`, and what to do once the process runs. */
interface BadLog {
  readonly stderr: number | 'pipe';
  readonly started: (child: ChildProcess) => void;
}

const badLogs = {
  'a full device': (): BadLog => {
    const fd = openSync('/dev/full', 'w');
    return { stderr: fd, started: () => closeSync(fd) };
  },
  'a pipe that is closed': (): BadLog => ({ stderr: 'pipe', started: (child) => child.stderr?.destroy() }),
  'a FIFO that nobody reads': (): BadLog => {
    const fifo = join(newFolder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(reader));
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      for (;;) writeSync(fd, 'full '.repeat(200));
    } catch {
      // Full: the next byte waits for a reader.
    }
    return { stderr: fd, started: () => closeSync(fd) };
  },
} as const;

test.each(Object.keys(badLogs) as (keyof typeof badLogs)[])(
  'with %s as their log, orchestrator and worker start, answer, and end in order',
  async (kind) => {
    const data = newFolder();
    const run = (main: string): ChildProcess => {
      const log = badLogs[kind]();
      const child = start([main], data, ['ignore', 'pipe', log.stderr]);
      log.started(child);
      return child;
    };
    const orchestrator = run('orchestrator/main.ts');
    const url = await addressIn(data);
    const worker = run('workers/main.ts');
    const [word] = (await once(worker.stdout ?? worker, 'data')) as [Buffer];
    expect(String(word)).toBe('servpack worker: ready\n');
    // What waits for a reader is no loss before its bound is reached.
    if (!kind.startsWith('a FIFO')) {
      await until('the health says it', async () => ((await troubleAt(url))?.lostLines ?? 0) > 0);
      await until('the doctor says it of both', async () => (await doctorAt(url, data)).length === 2);
    }
    expect(await ends(worker)).toBe(0);
    expect(await isHealthy(url)).toBe(true);
    expect(await ends(orchestrator)).toBe(0);
  },
);

test('`servpack up` whose output nobody takes runs on, and ends in order', async () => {
  const data = newFolder();
  const up = start(['orchestrator/cli/main.ts', 'up', '--data', data], data, ['ignore', 'pipe', 'pipe']);
  up.stdout?.destroy();
  up.stderr?.destroy();
  const url = await addressIn(data);
  await until('its log is lost', async () => (await troubleAt(url)) !== undefined);
  expect(await ends(up)).toBe(0);
});

test('a log on a full disk goes on when there is room again, and says how much is lost', async (context) => {
  const disk = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    context.skip(`a disk of its own needs root: ${String(error).split('\n')[1] ?? ''}`);
  }
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  const file = join(disk, 'log');
  const log = openSync(file, 'a');
  // All but some bytes of a page: a line is torn.
  writeFileSync(join(disk, 'other'), Buffer.alloc(60 * 1024));
  writeSync(log, `${'x'.repeat(4_000)}\n`);
  const data = newFolder();
  const orchestrator = start(['orchestrator/main.ts'], data, ['ignore', 'ignore', log]);
  const url = await addressIn(data);
  await until('the disk is full', async () => (await troubleAt(url)) !== undefined);
  expect((await troubleAt(url))?.because).toContain('no room is left on its disk');
  rmSync(join(disk, 'other'));
  await until('the log is written again', async () => (await troubleAt(url)) === undefined);
  expect(await ends(orchestrator)).toBe(0);
  const lines = readFileSync(file, 'utf8').split('\n');
  const said = lines.flatMap((line): { msg: string; lostLines?: number }[] => {
    try {
      return [JSON.parse(line) as { msg: string }];
    } catch {
      return [];
    }
  });
  const at = said.findIndex(({ msg }) => msg === 'lines of this log are lost');
  expect(said[at]?.lostLines).toBeGreaterThan(0);
  expect(said.at(-1)?.msg).toBe('orchestrator stopped');
});

test('a log that nobody reads holds no more than its bound, and blocks nothing', async () => {
  const program = `
    import { openLog, troubleOf } from './shared/log.ts';
    const log = openLog('test', 'info');
    for (let line = 0; line < 20_000; line += 1) log.info('x'.repeat(1_000));
    process.stdout.write(JSON.stringify({ ...troubleOf(log), waiting: process.stderr.writableLength }));
    process.exit(0);`;
  const { stderr, started } = badLogs['a FIFO that nobody reads']();
  const args = ['--input-type=module-typescript', '-e', program];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', stderr] });
  started(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
  expect(await once(child, 'close')).toEqual([0, null]);
  const { lostLines, because, waiting } = JSON.parse(text) as Record<string, number>;
  expect(because).toBe('nobody reads it');
  expect(lostLines).toBeGreaterThan(15_000);
  expect(waiting).toBeLessThan(1.1 * 1024 * 1024);
});
