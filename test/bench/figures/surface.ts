import { setTimeout as pause } from 'node:timers/promises';
import { urlOf } from '../../lab/installation.ts';
import type { Bench } from '../bench.ts';
import { type Rollout, stageRelease } from '../campaign.ts';
import { type Figure, figureOf, percentile } from '../figure.ts';
import { createFromFile, importFile } from '../large-fleet.ts';
import { empty } from '../memory.ts';
import { nextName } from '../rollout.ts';
import { memoryPeakOf } from '../usage.ts';
import { timed } from './operator.ts';

const asksOfEach = 200;
/** One token may ask for 100 reads a second. */
const betweenMs = 12;
const atMostMs = 50;
const pageSize = 100;
/** How deep into the list the second page lies, where there are so many clients. */
const deepPage = 5_000;

/**
 * What a page in a browser asks for while a campaign is large: the slowest of a hundred answers,
 * one request at a time. And what Prometheus asks for.
 */
export async function surface(bench: Bench): Promise<readonly Figure[]> {
  const { clients } = bench.options;
  const rollout: Rollout = { name: nextName(), story: 'free', clients };
  await empty(bench);
  await stageRelease(bench, rollout);
  await importFile(bench, rollout);
  await createFromFile(bench, rollout);
  const path = `/v1/campaigns/${rollout.name}`;
  const list = `${path}/clients?limit=${pageSize}`;
  const deep = await placeOf(bench, path, Math.min(deepPage * pageSize, Math.floor(clients / 2)));
  const one = deep.client;
  bench.say(`surface: ${clients} clients wait`);
  const asked: readonly (readonly [what: string, path: string])[] = [
    ['head of a campaign', path],
    ['page 1 of its clients', list],
    [`page ${Math.floor(deep.before / pageSize)} of its clients`, `${list}&after=${deep.next}`],
    ['page of the fleet', `/v1/fleet?limit=${pageSize}`],
    ['page of the audit', `/v1/audit?limit=${pageSize}`],
    ['one client', `/v1/clients/${one}`],
    ['why of one client', `/v1/clients/${one}/why`],
  ];
  const figures: Figure[] = [];
  for (const [what, asks] of asked) figures.push(await p99Of(bench, `${what}, of ${clients}`, asks));
  figures.push(...(await scrapes(bench, clients)));
  const before = memoryPeakOf(bench.orchestrator.pid);
  let lines = 0;
  for await (const _ of bench.operator.lines(`${path}/clients`)) lines += 1;
  const name = `memory that a stream of ${lines} clients adds to the peak of the orchestrator`;
  const added = memoryPeakOf(bench.orchestrator.pid) - before;
  return [...figures, figureOf({ name, unit: 'MiB', runs: [added] })];
}

async function p99Of({ operator }: Bench, what: string, path: string): Promise<Figure> {
  // The first answer may have to read what later ones find ready.
  await operator.ask('GET', path);
  const times: number[] = [];
  for (let ask = 0; ask < asksOfEach; ask += 1) {
    times.push((await timed(() => operator.ask('GET', path))) * 1_000);
    await pause(betweenMs);
  }
  const p99 = percentile(times, 99);
  const aim = { text: `< ${atMostMs} ms`, met: () => p99 < atMostMs };
  return figureOf({ name: `${what}, p99`, unit: 'ms', runs: [p99], aim });
}

const scrapeCount = 12;
/** The records are read for a scrape at most every five seconds: each of these reads them. */
const betweenScrapesMs = 5_100;
const scrapeAtMostMs = 100;
const seriesAtMost = 5_000;

/** What Prometheus asks for. */
async function scrapes({ orchestrator }: Bench, clients: number): Promise<readonly Figure[]> {
  const times: number[] = [];
  let series = 0;
  for (let scrape = 0; scrape < scrapeCount; scrape += 1) {
    if (scrape > 0) await pause(betweenScrapesMs);
    const took = await timed(async () => {
      const answer = await fetch(`${urlOf(orchestrator)}/metrics`);
      const text = await answer.text();
      series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    });
    times.push(took * 1_000);
  }
  return [
    figureOf({
      name: `scrape of the metrics, of ${clients}, the slowest of ${scrapeCount}`,
      unit: 'ms',
      runs: [Math.max(...times)],
      aim: { text: `< ${scrapeAtMostMs} ms`, met: ({ value }) => value < scrapeAtMostMs },
    }),
    figureOf({
      name: 'series of a scrape',
      unit: '',
      runs: [series],
      aim: { text: `<= ${seriesAtMost}`, met: ({ value }) => value <= seriesAtMost },
    }),
  ];
}

interface Place {
  readonly next: string;
  readonly client: string;
  readonly before: number;
}

/** Walks the list until so many clients are behind. */
async function placeOf({ operator }: Bench, path: string, clients: number): Promise<Place> {
  let before = 0;
  let after = '';
  for (;;) {
    const page = (await operator.ask('GET', `${path}/clients?limit=1000${after}`)) as {
      readonly items: readonly { readonly client: string }[];
      readonly next: string | null;
    };
    before += page.items.length;
    const client = page.items.at(-1)?.client;
    if (page.next === null || client === undefined) throw new Error(`only ${before} clients are listed`);
    if (before >= clients) return { next: page.next, client, before };
    after = `&after=${page.next}`;
    await pause(betweenMs);
  }
}
