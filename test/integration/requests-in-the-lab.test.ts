import { describe, expect, test } from 'vitest';
import { abortCampaign } from '../../orchestrator/campaigns/abort.ts';
import { undoCampaign } from '../../orchestrator/campaigns/undo-relocations.ts';
import { unmarkCampaign } from '../../orchestrator/campaigns/retry.ts';
import { type ClientRequest, retryClient, undoClient } from '../../orchestrator/campaigns/client-actions.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { haltAll, unhaltAll } from '../../orchestrator/campaigns/halt.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { contextOver } from '../fixtures/context.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { recount } from '../twin/recount.ts';
import { oneClient, type OneClient } from '../fixtures/one-client.ts';
import { patient } from '../fixtures/running-campaign.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { permitOf } from '../fixtures/permit.ts';

/**
 * Requests of people, carried out on a machine of the lab by the real driver and the real rounds.
 */

const contextOf = ({ store, clock, dispatcher }: OneClient) => contextOver(store, clock, dispatcher);

const anna = 'token default (says anna)';
const order = ({ client }: OneClient): ClientRequest => ({ client, reason: 'because', campaign: null });
const abort = (one: OneClient) =>
  abortCampaign(contextOf(one), permitOf(anna), 'sp4', 'wrong release').then(unwrapped);

const truthOf = async (one: OneClient) => {
  const truth = await one.fleet.clientTruth(one.client);
  if (truth === undefined || truth === null) throw new Error('no such machine');
  return truth;
};
const changesOn = async (one: OneClient): Promise<readonly string[]> =>
  (await truthOf(one)).journal.map(({ op }) => op);

/** Runs jobs until the upgrade is in this state. */
async function until(one: OneClient, isSo: (upgrade: Upgrade) => boolean): Promise<void> {
  for (let count = 0; count < 300; count += 1) {
    if (isSo((await one.stored()).upgrade)) return;
    await one.step();
  }
  throw new Error(`the upgrade stays ${(await one.stored()).upgrade.state.phase}`);
}

describe('an abort', () => {
  test('leaves a marked client marked and says so; unmark takes the mark off, and nothing is installed', async () => {
    await using one = await oneClient('offlineForDays');
    await until(one, ({ memory }) => memory.open.mark !== null);
    const aborted = await abort(one);
    await until(one, ({ state }) => state.phase === 'settled');
    expect(aborted).toMatchObject({ status: 'aborted', stillMarked: 1 });
    expect((await one.stored()).upgrade.state).toMatchObject({ end: 'cancelled', cause: 'campaign aborted' });
    await drainCampaigns().run(contextOf(one));
    expect((await one.store.readCampaign('sp4'))?.campaign.state).toMatchObject({
      endedAt: expect.any(Number),
    });

    expect(
      unwrapped(await unmarkCampaign(contextOf(one), permitOf(anna), 'sp4', 'wrong release')).reopened,
    ).toBe(1);
    await until(one, ({ state }) => state.phase === 'settled');
    const { upgrade } = await one.stored();
    const isUnmarked = upgrade.memory.learned.unmark?.isDone === true;
    expect(upgrade.state).toMatchObject({ end: 'cancelled', cause: 'campaign aborted' });
    expect([isUnmarked, (await changesOn(one)).includes('unmark')]).toEqual([true, true]);
    expect((await truthOf(one)).violations).toEqual([]);
    expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
    await drainCampaigns().run(contextOf(one));
    expect((await one.store.readCampaign('sp4'))?.campaign.state).toMatchObject({
      status: 'aborted',
      endedAt: expect.any(Number),
    });
  });

  test('finishes an open relocation, and begins nothing afterwards', async () => {
    await using one = await oneClient('pcmInBin', { structural: 'atOnce' });
    const hold = await one.fleet.hold({
      client: one.client,
      procedure: 'relocation',
      direction: 'forward',
      step: 'repoint',
      when: 'after',
    });
    const settled = one.settle();
    await hold.reached();
    const aborted = await abort(one);
    expect(aborted).toMatchObject({ finishing: 1, stillMarked: 0 });
    await hold.release();
    const { upgrade } = await settled;
    expect(upgrade.state).toMatchObject({
      end: 'cancelled',
      cause: 'campaign aborted',
      because: expect.stringContaining(`campaign sp4 was aborted by ${anna}: wrong release`),
    });
    const truth = await truthOf(one);
    expect([truth.intent, truth.violations]).toEqual([null, []]);
    expect(upgrade.memory.learned.relocation).toBe('done');
    expect((await changesOn(one)).filter((op) => op === 'mark' || op === 'restart')).toEqual([]);
  });

  test('takes an open workaround back first', async () => {
    await using one = await oneClient('pcmInBin', { ladder: ['wait', 'workaround'], structural: 'atOnce' });
    await until(one, ({ state, memory }) => memory.open.workaround !== null && state.phase === 'restarting');
    await abort(one);
    await until(one, ({ state }) => state.phase === 'settled');
    const truth = await truthOf(one);
    expect(truth.services).toEqual(truth.servicesAtFirst);
    expect([truth.intent, truth.violations]).toEqual([null, []]);
  });
});

test('a halt waits for a restarting client and begins nothing; the upgrade goes on when the halt ends', async () => {
  await using one = await oneClient('free');
  await until(one, ({ state }) => state.phase === 'restarting');
  unwrapped(await haltAll(contextOf(one), anna, 'phones ring'));
  const before = await changesOn(one);
  for (let step = 0; step < 20 && one.dispatcher.jobs.length > 0; step += 1) await one.step();
  expect((await changesOn(one)).slice(before.length)).toEqual([]);
  unwrapped(await unhaltAll(contextOf(one), anna, { override: false }));
  await runCampaigns().run(contextOf(one));
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
});

test('a halt that holds a restart lets a marked client rest until its next look', async () => {
  const between = { days: everyDay, from: 22 * 60, to: 5 * 60 };
  await using one = await oneClient('free', { restart: { ...patient.restart, between } });
  await until(one, ({ memory }) => memory.open.mark !== null);
  unwrapped(await haltAll(contextOf(one), anna, 'phones ring'));
  const isHeld: boolean[] = [];
  for (let step = 0; step < 3; step += 1) {
    const before = Math.max(one.clock.now(), one.dispatcher.jobs[0]?.dueAt ?? 0);
    if ((await one.step()) !== 'held') continue;
    const { index, dueAt, holdsSlots } = await one.stored();
    isHeld.push(index === 'due' && !holdsSlots && (dueAt ?? 0) >= before + 5 * 60_000);
    expect(one.dispatcher.jobs).toHaveLength(1);
  }
  expect(isHeld.length).toBeGreaterThan(1);
  expect(isHeld).not.toContain(false);
  unwrapped(await unhaltAll(contextOf(one), anna, { override: false }));
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
});

test('an undo moves the service of an ended campaign back, and the campaign ends again', async () => {
  await using one = await oneClient('pcmInBin');
  expect((await one.settle()).upgrade.memory.learned.relocation).toBe('done');
  await runCampaigns().run(contextOf(one));
  const status = async () => (await one.store.readCampaign('sp4'))?.campaign.state.status;
  expect(await status()).toBe('ended');
  unwrapped(await undoClient(contextOf(one), permitOf(anna), order(one)));
  expect(await status()).toBe('running');
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded', cause: 'proved' });
  const truth = await truthOf(one);
  expect(truth.services).toEqual(truth.servicesAtFirst);
  expect([truth.intent, truth.violations]).toEqual([null, []]);
  await runCampaigns().run(contextOf(one));
  expect(await status()).toBe('ended');
});

test('a retry begins with a look and ends by what the look finds', async () => {
  await using one = await oneClient('fileMissing');
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'failed' });
  await runCampaigns().run(contextOf(one));
  unwrapped(await retryClient(contextOf(one), anna, order(one)));
  const { upgrade } = await one.settle();
  expect(upgrade).toMatchObject({ attempt: 2, state: { end: 'failed' } });
  expect((await truthOf(one)).violations).toEqual([]);
});

describe('an undo of a whole campaign', () => {
  test('moves the relocated services back once, and a second one finds nothing to do', async () => {
    await using one = await oneClient('pcmInBin');
    const undo = async () =>
      unwrapped(await undoCampaign(contextOf(one), permitOf(anna), 'sp4', 'the old path is wanted'));
    await until(one, ({ memory }) => memory.learned.relocation === 'done');
    const early = await undo();
    expect(early).toMatchObject({ reopened: 0, passedOver: 1 });
    expect(early.because).toEqual([
      { client: one.client, because: expect.stringContaining('the client is not finished') },
    ]);
    await one.settle();
    expect(await undo()).toEqual({ campaign: 'sp4', reopened: 1, passedOver: 0, because: [] });
    expect(await undo()).toMatchObject({ reopened: 0 });
    await until(one, ({ state }) => state.phase === 'settled');
    const truth = await truthOf(one);
    expect(truth.services).toEqual(truth.servicesAtFirst);
    expect([truth.intent, truth.violations]).toEqual([null, []]);
    expect((await one.stored()).upgrade.state).toMatchObject({ end: 'upgraded' });
    expect(await undo()).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 0, because: [] });
    expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
  });
});
