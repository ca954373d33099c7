import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { basisOf, type MadeForecast } from '../../orchestrator/forecast/keep.ts';
import { makeForecasts } from '../../orchestrator/rounds/make-forecasts.ts';
import { everything, type News } from '../../orchestrator/rounds/news.ts';
import type { Round } from '../../orchestrator/rounds/repeat.ts';
import { readStatus } from '../../orchestrator/campaigns/report.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { fault, err } from '../../shared/errors.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry } from '../contract/store/fixtures.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { type Played, play, seededScenario } from './played.ts';
import { campaign, putIntoStore } from './put-into-store.ts';

const nothing: News = { everything: false, campaigns: new Set(), clients: new Set() };
const headChanged: News = { ...nothing, campaigns: new Set([campaign]) };
const clientsChanged: News = { ...nothing, clients: new Set([campaign]) };
const minute = 60_000;
/** A look at the numbers waits for nothing, and a forecast is never followed by a rest. */
const timing = { notBeforeMs: 0, everyMs: 3 * minute, lookMs: 0, restTimes: 0 };

let played: Played;
beforeAll(async () => {
  played = await play(seededScenario(12), 25);
});

/** An orchestrator that leads, whose forecasts end an hour and two hours after they are made. */
class Leading {
  readonly calls: string[] = [];
  made = 0;
  fails: Error | null = null;
  readonly ending = new AbortController();
  now = played.question.now;
  readonly store: Store = createMemoryStore(Date.now);
  readonly context: LeaderContext;
  readonly round: Round;

  constructor() {
    const counted = Object.fromEntries(
      Object.entries(this.store).map(([name, method]) => [
        name,
        (...args: readonly unknown[]) => {
          this.calls.push(name);
          return (method as (...args: readonly unknown[]) => unknown)(...args);
        },
      ]),
    ) as unknown as Store;
    const clock = { ...standingClock(0), now: () => this.now };
    this.context = contextOver(counted, clock, keepingDispatcher([]));
    this.round = makeForecasts(this.#background as Background, this.ending.signal, timing);
  }

  readonly #background = async (work: string, _who: string, name: string) => {
    expect(work).toBe('makeForecast');
    this.made += 1;
    if (this.fails !== null) throw this.fails;
    const record = await this.store.readCampaign(name);
    const basis = record === null ? null : basisOf(record.campaign);
    if (basis === null) return err(fault('notFound.campaign', name));
    const end = { p50: this.now + 60 * minute, p90: this.now + 120 * minute };
    const counts = { replicates: 40, looked: 40, settled: 33 };
    const forecast = { madeAt: this.now, because: null, end, waves: [end, end], ...counts };
    const value: MadeForecast = { basis, forecast, finished: 33, size: 131 };
    return { ok: true, value } as const;
  };

  /** Runs the round until no forecast is under way. */
  async run(news: News): Promise<number> {
    const [made, calls] = [this.made, this.calls.length];
    await this.round.run(this.context, news);
    if (this.made === made) return 0;
    await until('the forecast is kept', () => this.calls.slice(calls).includes('keepForecasts'), 1);
    return this.made - made;
  }

  async change(change: (campaign: Campaign) => Campaign): Promise<void> {
    const record = await this.store.readCampaign(campaign);
    if (record === null) throw new Error('no campaign');
    expect(
      await this.store.commitCampaign(change(record.campaign), record.version, entry(campaign)),
    ).not.toBeNull();
  }

  async forecast() {
    return unwrapped(await readStatus(this.context, campaign)).forecast;
  }
}

let leading: Leading;
beforeEach(async () => {
  leading = new Leading();
  await putIntoStore(leading.store, played.question);
});

const paused = (given: Campaign): Campaign =>
  given.state.status === 'running'
    ? {
        ...given,
        state: { ...given.state, status: 'paused', pausedAt: 0, byGate: false, by: 'ann', because: 'x' },
      }
    : given;

describe('forecasts of running campaigns', () => {
  test('are made at once, and again when the numbers have changed and the last one is old', async () => {
    expect(await leading.run(everything)).toBe(1);
    expect(await leading.run(clientsChanged)).toBe(0);
    leading.now += 3 * minute - 1;
    expect(await leading.run(clientsChanged)).toBe(0);
    leading.now += 1;
    expect(await leading.run(nothing)).toBe(1);
    expect((await leading.forecast())?.says).toContain('(forecast 0 s old)');
  });

  test('cost nothing while nothing changes', async () => {
    await leading.run(everything);
    await leading.run(nothing);
    leading.calls.length = 0;
    leading.now += 30 * minute;
    for (let time = 0; time < 20; time += 1) expect(await leading.run(nothing)).toBe(0);
    expect(leading.calls).toEqual([]);
  });

  test('are made again without a change when P90 has passed, and a date before now is not shown', async () => {
    await leading.run(everything);
    await leading.run(nothing);
    leading.now += 61 * minute;
    const half = await leading.forecast();
    expect(half).toMatchObject({ ends: { p50: null } });
    expect(half?.says).toMatch(/^ends: P90 .*; half of the simulations ended before now \(forecast 1 h/);
    leading.now += 60 * minute;
    const late = await leading.forecast();
    expect(late).toMatchObject({ ends: null });
    expect(late?.says).toMatch(/^no forecast: it was due before .*; a new one is being made$/);
    expect(await leading.run(nothing)).toBe(1);
    expect(Date.parse((await leading.forecast())?.ends?.p90 ?? '')).toBeGreaterThan(leading.now);
  });

  test('do not fit after a pause: none is made meanwhile, and one at once after the resume', async () => {
    await leading.run(everything);
    await leading.change(paused);
    expect(await leading.forecast()).toMatchObject({
      ends: null,
      because: expect.stringContaining('paused'),
    });
    expect(await leading.run(headChanged)).toBe(0);
    expect(await leading.run(clientsChanged)).toBe(0);
    const { state } = played.question.campaign;
    await leading.change((given) => ({ ...given, state }));
    expect(await leading.forecast()).toMatchObject({ ends: null, because: 'one is being made' });
    expect(await leading.run(headChanged)).toBe(1);
    expect(await leading.forecast()).toMatchObject({ because: null });
  });

  test('do not fit after an edit, while everything is halted, or while a logon server is held', async () => {
    await leading.run(everything);
    await leading.change((given) => ({ ...given, edition: 1 }));
    expect(await leading.forecast()).toMatchObject({ ends: null, because: 'one is being made' });
    expect(await leading.run(headChanged)).toBe(1);
    await leading.store.commitHalt({ by: 'ann', because: 'x', at: 0 }, 0, entry(''));
    expect(await leading.forecast()).toMatchObject({ because: 'everything is halted' });
    expect(await leading.run(everything)).toBe(0);
    await leading.store.commitHalt(null, 1, entry(''));
    expect(await leading.run(everything)).toBe(1);
    const logonServer = played.question.waiting.flat()[0]?.logonServer ?? '';
    const holds = [{ logonServer, by: 'ann', because: 'x', at: 0 }];
    await leading.change((given) => ({ ...given, holds }));
    expect(await leading.forecast()).toMatchObject({
      because: `nobody knows until when ${logonServer} is held`,
    });
    expect(await leading.run(headChanged)).toBe(0);
  });

  test('keep nothing of one that breaks off, because Redis is away or the process ends', async () => {
    leading.fails = new StoreUnavailable('Redis does not answer');
    await leading.round.run(leading.context, everything);
    await until('another try', async () => {
      await leading.round.run(leading.context, nothing);
      return leading.made > 1;
    });
    leading.fails = new Error('a thread ended');
    leading.ending.abort();
    await until('the last try', async () => {
      await leading.round.run(leading.context, nothing);
      return leading.made > 3;
    });
    expect(await leading.store.readForecasts(campaign)).toBeNull();
  });

  test('say why one failed, and the next one is made in its turn', async () => {
    leading.fails = new Error('out of memory');
    expect(await leading.run(everything)).toBe(1);
    expect(await leading.forecast()).toMatchObject({ because: 'its simulation failed: out of memory' });
    leading.fails = null;
    leading.now += 3 * minute;
    expect(await leading.run(clientsChanged)).toBe(1);
    expect(await leading.forecast()).toMatchObject({ because: null });
  });
});
