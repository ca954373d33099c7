import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { fromMondayEvening, type LabInstallation, startOrchestrator, urlOf } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { Operator } from '../lab/operator.ts';
import { patienceMs } from '../environment/patience.ts';
import { leadTiming } from '../../orchestrator/rounds/leader.ts';

const started: LabProcess[] = [];
let folder: string;
afterEach(async () => {
  // A frozen process reacts only to SIGKILL.
  for (const each of started.splice(0)) {
    each.kill('SIGKILL');
    await each.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Leader {
  readonly owner: string;
  readonly fence: number;
  readonly until: string;
}

/** Two orchestrators of one installation; the first leads. */
async function twoOrchestrators() {
  folder = mkdtempSync(join(tmpdir(), 'servpack-two-'));
  const { url: redisUrl, prefix } = testRedis();
  const installation: LabInstallation = { redisUrl, prefix, dataDir: folder, clock: fromMondayEvening(1) };
  const start = async (): Promise<LabProcess> => {
    const orchestrator = await startOrchestrator(installation);
    started.push(orchestrator);
    return orchestrator;
  };
  const leaderBy = async (orchestrator: LabProcess): Promise<Leader | null> => {
    const operator = new Operator(urlOf(orchestrator), folder);
    return ((await operator.ask('GET', '/v1/leader')) as { leader: Leader | null }).leader;
  };
  /**
   * Real milliseconds until this orchestrator leads, by its own answer or by the answer of
   * another.
   */
  const untilLeads = async (which: LabProcess, asked = which): Promise<number> => {
    const from = performance.now();
    for (;;) {
      const owner = (await leaderBy(asked))?.owner ?? '';
      const took = performance.now() - from;
      if (owner.includes(`/${which.pid}/`)) return took;
      if (took > patienceMs) throw new Error(`${which.pid} does not lead; ${owner} does`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const first = await start();
  await untilLeads(first);
  const second = await start();
  const lines = () =>
    readFileSync(join(folder, 'logs/orchestrator.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { pid: number; level: number; msg: string });
  return { first, second, start, leaderBy, untilLeads, lines };
}

test('a second orchestrator leads when the lease of a killed leader has ended', async () => {
  const { first, second, untilLeads, leaderBy } = await twoOrchestrators();
  const before = await leaderBy(second);
  first.kill('SIGKILL');
  await first.ended;
  const lease = await leaderBy(second);
  // Less than five seconds: the rest of the lease, and one attempt of the other orchestrator.
  expect(Date.parse(lease?.until ?? '') - Date.now()).toBeLessThanOrEqual(leadTiming.leaseMs);
  expect(leadTiming.leaseMs + leadTiming.askMs).toBeLessThan(5_000);
  const took = await untilLeads(second);
  expect((await leaderBy(second))?.fence).toBeGreaterThan(before?.fence ?? Infinity);
  console.info(`took over ${Math.round(took)} ms after SIGKILL`);
});

test('a second orchestrator leads at once when the leader stops', async () => {
  const { first, second, untilLeads, leaderBy, lines } = await twoOrchestrators();
  first.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  // The leader has given its lease back, so the other one does not wait for its end.
  expect((await leaderBy(second))?.owner ?? '').not.toContain(`/${first.pid}/`);
  const took = await untilLeads(second);
  expect(lines().filter(({ level }) => level >= 40)).toEqual([]);
  console.info(`took over ${Math.round(took)} ms after SIGTERM`);
});

test('a leader that is frozen for longer than its lease does not lead when it wakes up', async () => {
  const { first, second, untilLeads, leaderBy, lines } = await twoOrchestrators();
  first.kill('SIGSTOP');
  await untilLeads(second);
  first.kill('SIGCONT');
  await expect
    .poll(() => lines().some(({ pid, msg }) => pid === first.pid && msg === 'leads no more'), {})
    .toBe(true);
  expect((await leaderBy(first))?.owner).toContain(`/${second.pid}/`);
  expect(lines().filter(({ level }) => level >= 50)).toEqual([]);
});
