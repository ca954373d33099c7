import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { loopResolutionMs } from '../../../shared/metrics/loop-delay.ts';
import { urlOf } from '../../lab/installation.ts';
import type { Bench } from '../bench.ts';
import { untilThere } from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { beginRollout, rollOut } from '../rollout.ts';
import { cpuOf, memoryNowOf } from '../usage.ts';
import { pauseMs } from './pause.ts';
import { startReaders } from './readers.ts';

const watchers = 200;
const stalled = 20;
const readsPerSecond = 100;
/** Share of the throughput that those who look on may cost. */
const costAtMost = 0.05;
const loopAtMostMs = 50;
const pauseAtMostMs = 1_000;
/** Real milliseconds between two campaigns of a long run. */
const betweenMs = 10_000;
/** More than what the garbage collector leaves lying from one run to the next. */
const growthAtMostMiB = 64;

/** What it costs that people look on, and what readers leave behind that take nothing. */
export async function events(bench: Bench): Promise<readonly Figure[]> {
  await rollOut(bench, 'free', Math.min(bench.options.size, 2_000));
  const seen = bench.options.stalledMinutes > 0 ? [] : await lookingOn(bench);
  return [...seen, ...(await takingNothing(bench))];
}

/**
 * A campaign that 200 watch while 100 requests a second read a status, in turns with the same
 * campaign unseen. In operation readers have machines of their own. Here their process takes a
 * share of the same cores, so that a campaign is also compared with what the cores without this
 * share would do unseen.
 */
async function lookingOn(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds } = bench.options;
  const unseen: number[] = [];
  const seen: number[] = [];
  const left: number[] = [];
  const loops: number[] = [];
  const pauses: number[] = [];
  const load: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const alone = (await rollOut(bench, 'free', size)).perSecond;
    const readers = await startReaders(bench, { watchers, stalled: 0, readsPerSecond });
    await loopDelayMs(bench);
    const [begun, used] = [performance.now(), cpuOf(readers.pid)];
    seen.push((await rollOut(bench, 'free', size)).perSecond);
    const share = (cpuOf(readers.pid) - used) / (performance.now() - begun) / availableParallelism();
    unseen.push(alone);
    left.push(alone * (1 - share));
    loops.push(await loopDelayMs(bench));
    pauses.push(await pausedHalfway(bench, size));
    await readers.stop();
    load.push(loadavg()[0] ?? NaN);
    bench.say(`events: round ${round} of ${rounds}`);
  }
  return [
    figureOf({
      name: `upgrades while ${watchers} watch and ${readsPerSecond}/s read`,
      unit: '1/s',
      runs: seen,
      limit: { name: 'the same unseen', runs: unseen },
    }),
    figureOf({
      name: 'the same, without the cores that the readers themselves take',
      unit: '1/s',
      runs: seen,
      limit: { name: 'unseen, on the other cores', runs: left },
      aim: { text: `ratio >= ${1 - costAtMost}`, met: ({ ratio }) => ratio >= 1 - costAtMost },
    }),
    figureOf({
      name: 'delay of the event loop of the orchestrator meanwhile, p99',
      unit: 'ms',
      runs: loops,
      aim: { text: `< ${loopAtMostMs} ms`, met: ({ value }) => value < loopAtMostMs },
    }),
    figureOf({
      name: 'pause meanwhile',
      unit: 'ms',
      runs: pauses,
      aim: { text: `<= ${pauseAtMostMs} ms`, met: () => Math.max(...pauses) <= pauseAtMostMs },
    }),
    figureOf({ name: 'load average of the machine meanwhile', unit: '', runs: load }),
  ];
}

/** What 20 readers that take nothing leave in the orchestrator's memory, run after run. */
async function takingNothing(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds, stalledMinutes } = bench.options;
  const readers = await startReaders(bench, { watchers: 0, stalled, readsPerSecond: 0 });
  await rollOut(bench, 'free', size);
  const before = memoryNowOf(bench.orchestrator.pid);
  const growth: number[] = [];
  const begun = performance.now();
  const minutes = (): number => (performance.now() - begun) / 60_000;
  while (growth.length < rounds || minutes() < stalledMinutes) {
    await rollOut(bench, 'free', size);
    growth.push(memoryNowOf(bench.orchestrator.pid) - before);
    bench.say(`events: ${stalled} stalled readers for ${minutes().toFixed(1)} min`);
    // For minutes the readers are looked at, and not how much the cores can do.
    if (stalledMinutes > 0) await pause(betweenMs);
  }
  await readers.stop();
  return [
    figureOf({
      name: `memory that the orchestrator gains with ${stalled} stalled readers`,
      unit: 'MiB',
      runs: growth,
      aim: { text: `<= ${growthAtMostMiB}`, met: ({ value }) => value <= growthAtMostMiB },
    }),
  ];
}

/**
 * Since the last call, in milliseconds, by the orchestrator's own metrics. The metric holds the
 * time between two measurements, so an idle loop reads their interval.
 */
async function loopDelayMs({ orchestrator }: Bench): Promise<number> {
  const text = await (await fetch(`${urlOf(orchestrator)}/metrics`)).text();
  const found = /^nodejs_eventloop_lag_p99_seconds(?:\{.*\})? (.*)$/m.exec(text)?.[1] ?? NaN;
  return Number(found) * 1_000 - loopResolutionMs;
}

/** Pauses a campaign when half of its clients are upgraded, and lets it end. */
async function pausedHalfway(bench: Bench, clients: number): Promise<number> {
  const rollout = await beginRollout(bench, clients);
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients / 2);
  const took = await pauseMs(bench, rollout);
  await bench.operator.ask('POST', `/v1/campaigns/${rollout.name}/resume`);
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  return took;
}
