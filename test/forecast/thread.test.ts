import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { openBackground } from '../../orchestrator/background/background.ts';
import { type Caller, waitingUntil } from '../../orchestrator/caller.ts';
import { makeForecast } from '../../orchestrator/campaigns/forecast.ts';
import { type Config, readConfig } from '../../shared/config.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { patienceMs } from '../environment/patience.ts';
import { standingClock } from '../fixtures/context.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { play, seededScenario } from './played.ts';
import { campaign, putIntoStore } from './put-into-store.ts';

const configAt = (url: string, prefix: string, now: number): Config => {
  const anchor = JSON.stringify({ labAt: now, realAt: Date.now(), speed: 0.000_001 });
  const places = { REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_GATEWAY: 'simulated:1' };
  return unwrapped(readConfig({ ...places, SERVPACK_LAB_CLOCK: anchor }));
};

test('a thread makes the same forecast from the same records, and ends when the process does', async () => {
  const { question } = await play(seededScenario(12), 25);
  const { now } = question;
  const { store, url, prefix } = await openTestStore();
  await putIntoStore(store, question);
  const config = configAt(url, prefix, now);
  const ending = new AbortController();
  const background = openBackground(config, ending.signal);

  const made = unwrapped(await background('forecastCampaign', 'anna', campaign));
  const clock = standingClock(made.forecast.madeAt);
  expect(made).toEqual(unwrapped(await makeForecast({ store, clock }, campaign)));
  expect(made).toMatchObject({ forecast: { because: null } });

  const broken = background('makeForecast', '', campaign);
  ending.abort();
  expect(await broken).toMatchObject({ error: { code: 'busy.stopped' } });
  await store.close();
});

test('a thread is kept for the next work of its weight, another follows one that died, and without work it ends', async () => {
  const { store, url, prefix } = await openTestStore();
  const config = configAt(url, prefix, Date.UTC(2026, 10, 17));
  const ending = new AbortController();
  const background = openBackground(config, ending.signal, patienceMs);
  const started: Worker[] = [];
  const note = (thread: Worker): void => void started.push(thread);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  const nextEnd = (): Promise<unknown> => once(started.at(-1) ?? process, 'exit');
  const forecast = () => background('forecastCampaign', 'anna', 'sp9');
  const unknown = { error: { code: 'notFound.campaign' } };

  expect(await Promise.all([forecast(), forecast()])).toMatchObject([unknown, unknown]);
  expect(started).toHaveLength(1);
  await started[0]?.terminate();
  expect(await forecast()).toMatchObject(unknown);
  expect(started).toHaveLength(2);
  const other = nextEnd();
  expect(await background('makeForecast', '', 'sp9')).toMatchObject(unknown);
  await other;
  expect(started).toHaveLength(3);
  const kept = nextEnd();
  ending.abort();
  await kept;

  const brief = openBackground(config, undefined, 1);
  const answer = brief('planStart', '', 'sp9');
  await expect.poll(() => started).toHaveLength(4);
  const last = nextEnd();
  expect(await answer).toMatchObject(unknown);
  await last;
  await store.close();
});

test('work whose caller has gone is broken off, or never begins; what changes records is completed', async () => {
  const { question } = await play(seededScenario(12), 25);
  const { store, url, prefix } = await openTestStore();
  await putIntoStore(store, question);
  const ending = new AbortController();
  const background = openBackground(configAt(url, prefix, question.now), ending.signal);
  const started: Worker[] = [];
  const note = (thread: Worker): void => void started.push(thread);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  const gone = new AbortController();
  const caller = waitingUntil(gone.signal);
  const stopped = { error: { code: 'busy.stopped' } };

  const abandoned = [1, 2].map(() => background('forecastCampaign', 'anna', campaign, caller));
  const awaited = background('forecastCampaign', 'anna', campaign);
  await expect.poll(() => started).toHaveLength(1);
  gone.abort();
  expect(await Promise.all(abandoned)).toMatchObject([stopped, stopped]);
  expect(await awaited).toMatchObject({ ok: true });
  expect(started).toHaveLength(2);

  const text = 'client,host,logonServer,zone\npc-new,NT-NEW,LS-1,Europe/Rome\n';
  const imported = background('importFleet', 'anna', { file: 'fleet.csv', text });
  await setImmediate();
  ending.abort();
  expect(await imported).toMatchObject({ ok: true, value: { added: 1 } });
  expect(await background('forecastCampaign', 'anna', campaign)).toMatchObject(stopped);
  await store.close();
});

test('a ninth piece of a kind is refused while eight are under way or wait for callers, and the next one is taken once these have gone', async () => {
  const { store, url, prefix } = await openTestStore();
  const ending = new AbortController();
  const background = openBackground(configAt(url, prefix, Date.UTC(2026, 10, 17)), ending.signal);
  const gone = new AbortController();
  const request = { file: 'campaign.yaml', text: 'campaign: sp4', budgets: {}, seed: '7' };
  const caller = waitingUntil(gone.signal);
  const kinds = [
    (by?: Caller) => background('simulateCampaign', 'anna', request, by),
    (by?: Caller) => background('planCampaign', 'anna', request, by),
    (by?: Caller) => background('forecastCampaign', 'anna', campaign, by),
  ];
  const waiting = kinds.map((ask) => Array.from({ length: 8 }, () => ask(caller)));
  const refused = await Promise.all(kinds.map((ask) => ask(waitingUntil(new AbortController().signal))));
  expect(refused.map((each) => (each.ok ? null : each.error))).toMatchObject([
    { code: 'busy.simulations', message: expect.stringMatching(/^8 simulations are under way or wait/) },
    { code: 'busy.waiting', message: '8 plans are under way or wait already; ask again later' },
    { code: 'busy.waiting' },
  ]);
  const ofServpack = background('forecastCampaign', 'anna', campaign);
  gone.abort();
  await Promise.all(waiting.flat());
  const taken = await Promise.all(kinds.map((ask) => ask(waitingUntil(new AbortController().signal))));
  expect([...taken, await ofServpack].map((each) => (each.ok ? null : each.error.code))).toEqual([
    'input.file',
    'input.file',
    'notFound.campaign',
    'notFound.campaign',
  ]);
  ending.abort();
  await store.close();
});
