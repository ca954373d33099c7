import { describe, expect, onTestFinished, test } from 'vitest';
import { watchProcesses } from '../../orchestrator/campaigns/process-watch.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { standingClock } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, startRunning } from '../fixtures/small-orchestrator.ts';

const worker = {
  name: 'rack-1/7/a',
  host: 'rack-1',
  pid: 7,
  version: '0.1.0',
  node: '26.10.0',
  gateway: 'simulated',
  upgrades: 50,
  remediations: 10,
  since: 1_000,
};

/** A campaign that runs, on an orchestrator whose real time this test moves. */
async function given() {
  let realMs = 0;
  const store = createMemoryStore(() => realMs);
  const clock = { ...standingClock(now), policySpan: (ms: number) => ms };
  const processes = watchProcesses(store, clock, () => realMs);
  const orchestrator = await startRunning(store, undefined, { context: { processes } });
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  const said = async (...words: readonly string[]) =>
    (await runHosted(orchestrator, ['campaign', ...words])).stdout.split('\n');
  const pass = (ms: number): void => void (realMs += ms);
  return { store, processes, orchestrator, said, pass };
}

describe('a process that nothing goes on without', () => {
  test('no worker has run: status says so first, and which command starts one', async () => {
    const { said } = await given();
    const lines = await said('status', 'sp4');
    expect(lines[0]).toBe('NO WORKER RUNS: nothing is done on any client; 10 clients wait');
    expect(lines).toContain('do: servpack worker   # with REDIS_URL and SERVPACK_GATEWAY');
  });

  test('client why says so, too, of a client that waits for it', async () => {
    const { orchestrator } = await given();
    const { stdout } = await runHosted(orchestrator, ['client', 'why', 'pc-1', '--campaign', 'sp4']);
    expect(stdout).toContain('NO WORKER RUNS: nothing is done on any client');
    expect(stdout).toMatch(/next +it is admitted and looked at when a worker runs/);
    expect(stdout).toMatch(/do +servpack worker /);
  });

  test('the last worker was stopped, or is silent: since then', async () => {
    const { store, processes, orchestrator, said, pass } = await given();
    await store.announceWorker(worker, 0, 25_000);
    expect((await said('status', 'sp4'))[0]).toMatch(/^campaign sp4/);
    await store.dismissWorker(worker.name);
    pass(60_000);
    processes.leaderFound();
    expect((await said('status', 'sp4'))[0]).toBe(
      'NO WORKER RUNS since 2026-11-17T08:59:00Z: nothing is done on any client; 10 clients wait',
    );
    await store.announceWorker(worker, 0, 25_000);
    expect((await said('status', 'sp4'))[0]).toMatch(/^campaign sp4/);
    pass(120_000);
    processes.leaderFound();
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body.missing).toMatchObject([{ process: 'worker', since: '2026-11-17T08:58:00Z' }]);
    pass(5_000);
    // The same moment, although it is computed again: a watch in JSON prints no further line.
    const again = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(again.body.missing).toEqual(body.missing);
  });

  test('no orchestrator leads: since its lease should have passed to another', async () => {
    const { store, processes, said, pass } = await given();
    await store.announceWorker(worker, 0, 600_000);
    pass(5_000);
    expect((await said('status', 'sp4'))[0]).toMatch(/^campaign sp4/);
    pass(115_000);
    const lines = await said('status', 'sp4');
    expect(lines[0]).toBe(
      'NO ORCHESTRATOR LEADS since 2026-11-17T08:58:00Z: no campaign starts, no client is admitted and no wave opens',
    );
    expect(lines.find((line) => line.startsWith('do: '))).toMatch(/^do: servpack orchestrator/);
    processes.leaderFound();
    expect((await said('status', 'sp4'))[0]).toMatch(/^campaign sp4/);
  });

  test('a campaign on which nothing is to be done says nothing of workers', async () => {
    const { said, orchestrator } = await given();
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones ring' });
    expect((await said('status', 'sp4'))[0]).toMatch(/^campaign sp4/);
  });
});
