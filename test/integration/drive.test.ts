import { describe, expect, test } from 'vitest';
import { recount } from '../../shared/store/recount.ts';
import type { Trait } from '../lab/fleet/traits.ts';
import { oneClient } from './one-client.ts';

/** One client of each trait through the real driver and the real model, hour by hour; only the queue is played by hand. */
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

describe('a client ends where its trait and the policy say it must', () => {
  test.each<[Trait, string, string | null]>([
    ['free', 'upgraded', null],
    ['pcmInBin', 'upgraded', moved],
    ['userProgram', 'upgraded', null],
    ['offlineForDays', 'upgraded', null],
    ['pcmBusy', 'upgraded', moved],
    ['fileMissing', 'failed', null],
    ['staysHome', 'needsAttention', null],
    ['neverComesBack', 'failed', null],
  ])('%s: %s', async (trait, end, servicePath) => {
    await using one = await oneClient(trait);
    const { upgrade } = await one.settle();
    expect(upgrade.state).toMatchObject({ phase: 'settled', end });
    expect(upgrade.memory.servicePath).toBe(servicePath);
    const truth = await one.fleet.clientTruth(one.client);
    expect(truth?.violations).toEqual([]);
    expect(truth?.intent).toBeNull();
    expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
  });
});

test('the service that will not start elsewhere is exactly as it was before', async () => {
  await using one = await oneClient('staysHome');
  await one.settle();
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(Object.keys(truth?.otherFiles ?? {}).filter((path) => path.includes('sms_pcm'))).toEqual([]);
});

test('the workaround updates the client and gives the service its start type back', async () => {
  await using one = await oneClient('pcmInBin', { ladder: ['wait', 'workaround'], structural: 'atOnce' });
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  expect(upgrade.memory.willBlockAgain).toBe(true);
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(truth?.intent).toBeNull();
});

test('a check-in wakes a deferred client at once, and a stale job is ignored', async () => {
  await using one = await oneClient('pcmInBin');
  await one.step();
  expect((await one.stored()).upgrade.state).toMatchObject({ phase: 'deferred', class: 'service' });
  const before = one.dispatcher.jobs[0];
  const now = one.clock.now();
  const delivered = await one.store.deliver(one.client, { type: 'CheckedIn', transcript: null }, now);
  expect(delivered).toMatchObject({ kind: 'delivered', next: { dueAt: now } });
  if (delivered.kind === 'delivered' && delivered.next !== null) one.dispatcher.jobs.push(delivered.next);
  expect(await one.step()).toBe('rested');
  const { upgrade, inbox } = await one.stored();
  expect(inbox).toEqual([]);
  // Closer than minGap: the blocker was seen twice and counts once.
  expect(Object.values(upgrade.memory.sightings)[0]?.looks).toBe(1);
  expect(before).toBeDefined();
  expect(one.dispatcher.next()).toEqual(before);
});
