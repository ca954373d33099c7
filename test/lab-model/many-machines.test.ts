import { afterEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { bin, pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { smsMethods } from '../products/given.ts';
import { mondayAtFive, release } from './one-machine.ts';
import { patienceMs } from '../environment/patience.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const zones = ['UTC', 'Europe/Rome', 'America/New_York', 'Asia/Tokyo'] as const;

async function fleetOf(size: number): Promise<Fleet> {
  const rows = Array.from({ length: size }, (_, n) => ({
    client: `PC${n}`,
    host: `pc${n}`,
    logonServer: `LS${n % 20}`,
    zone: zones[n % zones.length] ?? 'UTC',
    role: 'workstation' as const,
  }));
  const clock = labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 100 });
  const fleet = await startFleet({
    rows,
    seed: 'many',
    traits: 'all',
    release,
    startedAt: mondayAtFive,
    clock,
  });
  open.unshift(fleet);
  return fleet;
}

describe('a lab fleet', () => {
  it('of 100,000 machines starts in one process, answers looks and takes changes', async () => {
    const before = process.memoryUsage().heapUsed;
    const fleet = await fleetOf(100_000);
    const gateway = connectSimulatedGateway({ port: fleet.port });
    open.unshift(gateway);
    const signal = AbortSignal.timeout(patienceMs);
    const { mark } = smsMethods();
    const request = { componentDirectory: bin, files: ['APPCTL32.EXE'], services: [pcmService] };
    const asked = Array.from({ length: 500 }, (_, n) => targetOf({ client: `PC${n * 199}`, host: 'x' }));
    const answers = await Promise.all(
      asked.map(async (target) => {
        const seen = await gateway.look(target, request, signal);
        const marked = await gateway.mark({ target, fence: { counter: 1, owner: 'a' }, signal }, mark);
        return [seen, marked].map((answer) => (answer.ok ? 'done' : answer.error.kind)).join();
      }),
    );
    expect(new Set(answers)).toEqual(new Set(['done,done', 'unreachable,unreachable']));
    const marked = answers.filter((answer) => answer === 'done,done').length;
    expect(marked).toBeGreaterThan(450);
    const { clients, violations, setupPhases } = await fleet.summary();
    expect({ clients, violations }).toEqual({ clients: 100_000, violations: 0 });
    expect(setupPhases.installed).toBeGreaterThanOrEqual(100_000 - marked);
    // About 2.5 KB for each machine, including garbage of the start.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(800e6);
  });

  it('sends the truth of thousands of clients to another process, complete and in order', async () => {
    const fleet = await fleetOf(8_000);
    const control = connectFleetControl({ port: fleet.port });
    open.unshift(control);
    const { clients, release: files } = await control.truth();
    expect(clients.map(({ client }) => client)).toEqual(Array.from({ length: 8_000 }, (_, n) => `PC${n}`));
    expect(Object.keys(files)).toHaveLength(release.files.size);
  });
});
