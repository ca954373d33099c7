import { expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import { lookBackHere } from '../../orchestrator/campaigns/look-back.ts';
import { LookBacks, notReadYet } from '../../orchestrator/campaigns/look-backs.ts';
import { planStart } from '../../orchestrator/campaigns/plan-start.ts';
import { readPlanned } from '../../orchestrator/campaigns/report.ts';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { makePlans, planTiming } from '../../orchestrator/rounds/make-plans.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { testLog } from '../fixtures/context.ts';
import { now, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { contextOf } from '../integration/admitted-clients.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const oneWave =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 100 % }\nwaves: [{ name: all, rest: true }]\n';

/** A planned campaign, and readings of its audit that end when the test says so. */
async function planned(orchestrator: SmallOrchestrator, lookBacks: LookBacks) {
  const context = contextOf(orchestrator);
  const plan = async (_work: string, _who: string, name: string) => planStart(context, name);
  await makePlans(plan as Background, { ...planTiming, notBeforeMs: 0 }).run(context);
  const begun: { readonly goOn: PromiseWithResolvers<void>; readonly work: string }[] = [];
  const background = async (work: string, _who: string, request: Parameters<typeof lookBackHere>[1]) => {
    const goOn = Promise.withResolvers<void>();
    begun.push({ goOn, work });
    await goOn.promise;
    return lookBackHere(context, request);
  };
  const asking: OrchestratorContext = { ...context, lookBacks, background: background as Background };
  const ask = async () => unwrapped(await readPlanned(asking, 'sp4'));
  const isCompared = async (): Promise<boolean> => (await ask()).comparedAt !== null;
  return { context, begun, ask, isCompared };
}

test('no answer waits for a reading of the audit: it has the last one, and says of when', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const { begun, ask, isCompared } = await planned(orchestrator, new LookBacks(testLog()));
  const first = await ask();
  expect(first).toMatchObject({ because: notReadYet, comparedAt: null, laterMs: null });
  expect(first.ends?.p90).toEqual(expect.any(String));
  // Who asks meanwhile begins no second one.
  expect(await ask()).toEqual(first);
  expect(begun.map(({ work }) => work)).toEqual(['lookBack']);
  begun[0]?.goOn.resolve();
  await until('what came is known', isCompared);
  const { wave, opens } = (await ask()).waves[0] ?? {};
  expect(await ask()).toMatchObject({ because: null, comparedAt: isoOf(now) });
  expect({ wave, opened: opens?.actual }).toEqual({ wave: 'all', opened: isoOf(now) });
  // The campaign goes on, and its next reading has to wait.
  expect(begun.length).toBe(1);
});

test('a campaign that is over is read again when it has changed; one that goes on, when it is time', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const lookBacks = new LookBacks(testLog(), { notBeforeMs: 0, restTimes: 0 });
  const { context, begun, ask, isCompared } = await planned(orchestrator, lookBacks);
  const readAgain = async (): Promise<void> => {
    const before = begun.length;
    await ask();
    expect(begun.length).toBe(before + 1);
    begun.at(-1)?.goOn.resolve();
  };
  await readAgain();
  await until('what came is known', isCompared);
  begun.at(-1)?.goOn.resolve();
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'wrong release' });
  await drainCampaigns().run(context);
  await until('its end is known', async () => {
    const { ends } = await ask();
    begun.at(-1)?.goOn.resolve();
    return ends?.actual === isoOf(now);
  });
  const known = begun.length;
  await ask();
  expect(begun.length).toBe(known);
});

test('a reading that fails says why, and is tried again', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const lookBacks = new LookBacks(testLog(), { notBeforeMs: 0, restTimes: 0 });
  const { begun, ask, isCompared } = await planned(orchestrator, lookBacks);
  await ask();
  begun[0]?.goOn.reject(new Error('a thread ended with 1 and no answer'));
  const because = 'what came could not be read: a thread ended with 1 and no answer';
  await until('its reason is said', async () => (await ask()).because === because);
  begun.at(-1)?.goOn.resolve();
  await until('what came is known', isCompared);
  expect(begun.length).toBeGreaterThan(1);
});

test('the edits that it counts are those of the history, also where clients change their wave', async () => {
  const file = (waves: string): string =>
    `campaign: sp4\nrelease: sms-sp4\ngate: { failures: 100 % }\nwaves: [${waves}]\n`;
  const [pilot, rest] = ['{ name: pilot, count: 1 }', '{ name: rest, rest: true }'];
  await using orchestrator = await startRunning(createMemoryStore(Date.now), file(`${pilot}, ${rest}`));
  const { begun, ask, isCompared } = await planned(orchestrator, new LookBacks(testLog()));
  for (const [text, reason] of [
    [file(`${pilot}, { name: early, count: 1 }, ${rest}`), 'slower'],
    [file(`${pilot}, ${rest}`), 'as before'],
  ] as const) {
    const body = { file: 'c.yaml', text, reason };
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', body)).status).toBe(200);
  }
  const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/history');
  await ask();
  begun[0]?.goOn.resolve();
  await until('what came is known', isCompared);
  expect((await ask()).besides).toEqual([`${body.editions.length - 1} edits`]);
});
