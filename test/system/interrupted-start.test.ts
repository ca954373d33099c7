import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { patienceMs } from '../environment/patience.ts';
import { giveRedisServer } from '../environment/private-redis.ts';
import { processIds, worksIn } from '../environment/processes-in.ts';
import { processesOf } from '../environment/remove-run.ts';
import { until } from '../fixtures/until.ts';

const root = join(import.meta.dirname, '../..');
const here = mkdtempSync(join(tmpdir(), 'servpack-interrupted-'));
afterAll(() => rmSync(here, { recursive: true, force: true }));

const beforeRedis = 'before Redis runs';

/** What `npm start` has printed when it is interrupted. */
const moments = [
  [beforeRedis, /test\/lab\/demo\/main\.ts/],
  ['while the orchestrator starts', /^Redis: /m],
  ['while the fleet is imported', /^\$ servpack fleet import/m],
  ['while the campaign runs', /^worker: process/m],
] as const;

/** Ctrl-C in a terminal reaches the whole process group; a supervisor's SIGTERM only npm. */
const cases = [
  ...moments.map((moment) => ['SIGINT', 'group', ...moment] as const),
  ['SIGTERM', 'process', ...moments[3]] as const,
];

test.each(cases)(
  'npm start that is ended by %s (%s) %s leaves nothing behind',
  async (signal, reaches, when, said) => {
    const temporary = mkdtempSync(join(here, 'tmp-'));
    const data = join(mkdtempSync(join(here, 'data-')), 'lab');
    if (when !== beforeRedis) {
      mkdirSync(data);
      giveRedisServer(data);
    }
    // A Redis of its own, which must end, too.
    const { REDIS_URL: _, ...env } = process.env;
    const run = spawn('npm', ['start', '--', '--data', data, '--clients', '60'], {
      cwd: root,
      env: { ...env, TMPDIR: temporary, NO_COLOR: '1' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [run.stdout, run.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(run, 'exit');
    await until(`it says ${said.source}`, () => {
      if (run.exitCode !== null) throw new Error(`npm start ended by itself: ${text}`);
      return said.test(text);
    });
    process.kill(reaches === 'group' ? -(run.pid ?? 0) : (run.pid ?? 0), signal);
    await ended;
    const left = (): readonly number[] => [
      ...processesOf({ folder: temporary, owner: 0, keeps: [] }),
      ...processIds().filter((pid) => worksIn(pid, data)),
    ];
    await expect.poll(left, { timeout: patienceMs, interval: 50 }).toEqual([]);
    await expect.poll(() => readdirSync(temporary), { timeout: patienceMs, interval: 50 }).toEqual([]);
    // The data folder of a lab stays, for its logs; no lock and no running Redis stands in it.
    for (const name of ['lab.pid', 'redis/running.json'])
      expect([name, existsSync(join(data, name))]).toEqual([name, false]);
  },
);
