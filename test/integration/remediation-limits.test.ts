import { describe, expect, test } from 'vitest';
import type { RemediationLimits } from '../../shared/domain/rules/remediation-limits.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';
import { recount } from '../twin/recount.ts';

/** A client with two services in the component directory, in a campaign that limits relocations. */

const hour = 3_600_000;
const monitor = {
  name: 'SMS_CLIENT_MONITOR',
  imagePath: 'C:\\MS\\SMS\\BIN\\CLIMONNT.EXE',
  startType: 'automatic',
  account: 'LocalSystem',
  dependsOn: [],
} as const;
const profile = (builtIn: string): string =>
  `${builtIn.trimEnd()}\n  - name: ${monitor.name}\n    executable: CLIMONNT.EXE\n    relocateTo: C:\\SMS_PCM\n`;

async function open(remediations: RemediationLimits): Promise<OneClient> {
  const budgets = { active: 10, perLogonServer: 10, remediations };
  const options = { profile, budgets };
  const one = await oneClient('pcmInBin', { structural: 'atOnce' }, (gateway) => gateway, options);
  one.fleet.addService(one.client, monitor);
  return one;
}

/** Runs jobs until the client waits for the limit. */
async function untilLimited(one: OneClient) {
  for (let jobs = 0; jobs < 50; jobs += 1) {
    const { upgrade, holdsSlots } = await one.stored();
    if (upgrade.state.phase === 'deferred' && upgrade.state.class === 'remediation')
      return { upgrade, state: upgrade.state, holdsSlots };
    await one.step();
  }
  throw new Error('never waited for the limit');
}

describe('a client beyond a limit of remediations', () => {
  test('of an hour waits without a slot and without a try, and goes on when there is room', async () => {
    await using one = await open({ perHour: 1 });
    const { upgrade, state, holdsSlots } = await untilLimited(one);
    expect(state.because).toBe(
      'waits: the campaign begins at most 1 remediation in an hour, and has begun as many in the last one',
    );
    expect(state.blockers).toHaveLength(1);
    const [entry] = await one.store.audit(1, { campaign: 'sp4', client: one.client });
    const waitsMs = state.until - (entry?.at ?? Infinity);
    expect(waitsMs).toBeGreaterThan(hour / 2);
    expect(waitsMs).toBeLessThan(hour + 600_000);
    expect(holdsSlots).toBe(false);
    expect(upgrade.memory.history.tried).toHaveLength(1);
    expect(await one.store.counters('sp4')).toMatchObject({ 'deferred|remediation': 1 });
    expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));

    const settled = await one.settle();
    expect(settled.upgrade.state).toMatchObject({ end: 'upgraded' });
    expect(settled.upgrade.memory.history.tried).toHaveLength(2);
  });

  test('of a wave is looked at again, and changes nothing', async () => {
    await using one = await open({ perWave: 1 });
    const { state: first } = await untilLimited(one);
    await one.step();
    const { state, upgrade } = await untilLimited(one);
    expect(state.because).toContain('at most 1 remediation in each wave');
    expect(state.until - first.until).toBeGreaterThanOrEqual(hour);
    expect(upgrade.memory.history.deferrals).not.toHaveProperty('remediation');
    expect((await one.fleet.clientTruth(one.client))?.intent ?? null).toBeNull();
  });
});
