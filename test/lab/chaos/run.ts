import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { messageOf } from '../../../shared/errors.ts';
import { clearLab } from '../demo/lab-redis.ts';
import type { Operator } from '../operator.ts';
import { campaignName, campaignOf, type ChaosCampaign } from './campaign-file.ts';
import {
  beginControl,
  type Control,
  createAll,
  pauseSchedules,
  readEditions,
} from './control/people-of-run.ts';
import { readClientHookMarks } from './control/client-hook-program.ts';
import { FleetBook } from './control/fleet-book.ts';
import { readMarks } from './control/hook-program.ts';
import { judge, line, midwayFaults } from './judge.ts';
import { type ChaosOptions, speedOf } from './options.ts';
import { planOf } from './plan.ts';
import { chaosPrefix, setStage, type Stage } from './stage.ts';
import { connectionTo } from './redis-strokes.ts';
import { Chaos } from './strokes.ts';
import { type Fault, general, type Line } from './verdict/line.ts';
import { MemoryWatch } from './memory-watch.ts';
import { readLogs } from './verdict/logs.ts';
import { walkAll } from './walk.ts';
import type { Stories } from './verdict/audit.ts';

/**
 * Strokes between two walks through all of Redis. A large fleet is walked through less often,
 * because Redis answers nothing else meanwhile.
 */
const walksEvery = (clients: number): number => (clients > 2_000 ? 25 : 5);

interface Midway {
  walks: number;
  readonly faults: Fault[];
}

export interface Judged {
  readonly lines: readonly Line[];
  readonly stories: Stories;
}

/**
 * One run from an empty folder to the verdict: processes, campaign, strokes, end, judgement. Throws
 * when the lab itself fails.
 */
export async function run(options: ChaosOptions, say: (line: string) => void): Promise<Judged> {
  const campaign = campaignOf(options.seed, options.clients);
  await using stack = new AsyncDisposableStack();
  if (options.url !== null) await clear(options.url);
  say(
    `${options.clients} clients, ${campaign.policy.workaround ? 'workaround, then ' : ''}relocation, ${speedOf(options)} times real time`,
  );
  let book: FleetBook | null = null;
  const stage = await setStage(options, stack, async (operator, sample) => {
    book = new FleetBook(readFileSync(sample.fleetCsv, 'utf8'), options.seed);
    await createAll(operator, { book, campaign, release: sample.releaseYaml });
  });
  if (book === null) throw new Error('nothing was prepared');
  const control = beginControl(stage, campaign, book, options.seed);
  stack.defer(() => control.caretaker.close());
  const chaos = new Chaos(stage, control.conductor, say);
  const memory = new MemoryWatch(stage.players);
  stack.defer(() => memory.stop());
  const midway: Midway = { walks: 0, faults: [] };
  await control.start();
  const begun = Date.now();
  await chaos.carryOut(planOf(options), async (done) => {
    if (done % walksEvery(options.clients) === 0) await walkMidway(stage, midway, campaign);
  });
  await chaos.recovered();
  say(
    `${since(begun)} s  everything runs again after ${chaos.struck} blows; ${await settledIn(stage)} clients have settled`,
  );
  await walkMidway(stage, midway, campaign);
  say(`${since(begun)} s  the last edit: ${await control.conductor.settle()}`);
  control.caretaker.mayOpenLast = true;
  control.caretaker.resumesEveryPause = true;
  const ended = await untilEnded(stage, options.deadlineS * 1000);
  say(`${since(begun)} s  the campaign is ${ended}`);
  await pauseSchedules(stage.operators);
  const open = await untilEnded(stage, options.deadlineS * 1000, '*');
  say(`${since(begun)} s  all campaigns are ${open}`);
  await control.caretaker.close();

  const evidence = await gather(stage);
  const judged = judge({
    stage,
    campaign,
    control: await controlEvidence(options, stage, campaign, control),
    midway,
    pauses: chaos.pauses,
    ...evidence,
  });
  await Promise.all(stage.players.filter(({ role }) => role !== 'redis').map((player) => player.close()));
  const logs = await readLogs(join(options.dataDir, 'logs'), stage.secrets, stage);
  return {
    stories: judged.stories,
    lines: [
      ...judged.lines,
      line('no process ended by itself or with an error', `${chaos.struck} blows`, general(stage.complaints)),
      line(
        'no client makes a process grow without end',
        `${chaos.hostile} spans of hostile clients, ${memory.mostMb} MB at most`,
        memory.faults,
      ),
      line('no error in a log while Redis is there', `${logs.lines} lines`, logs.errors),
      line('no secret in a log', `${logs.lines} lines`, logs.secrets),
    ],
  };
}

const since = (begun: number): string => ((Date.now() - begun) / 1000).toFixed(1).padStart(6);

async function clear(url: string): Promise<void> {
  const cleared = await clearLab(url, chaosPrefix);
  if (!cleared.ok) throw new Error(cleared.error.message);
}

async function controlEvidence(
  { dataDir }: ChaosOptions,
  stage: Stage,
  campaign: ChaosCampaign,
  { book, ledger }: Control,
) {
  const redis = connectionTo(stage.url);
  try {
    const { speed } = stage.installation.clock;
    const mayForget = (at: number): boolean => stage.outages.mayForget(at);
    const editions = await readEditions(redis, stage.prefix);
    const frozen = [...stage.frozen.values()];
    const [marks, clientMarks] = [readMarks(dataDir), readClientHookMarks(dataDir)];
    return { campaign, book, ledger, marks, clientMarks, speed, mayForget, frozen, ...editions };
  } finally {
    redis.disconnect();
  }
}

/** Walks through Redis while the campaign runs. When Redis is unavailable there is no walk. */
async function walkMidway(stage: Stage, midway: Midway, campaign: ChaosCampaign): Promise<void> {
  const redis = connectionTo(stage.url);
  try {
    const walks = await walkAll(redis, stage.prefix);
    midway.walks += 1;
    midway.faults.push(...midwayFaults(walks, campaign));
  } catch {
    // Redis is down or frozen at this moment.
  } finally {
    redis.disconnect();
  }
}

/** @param name of a campaign; `*` = the first campaign that has not ended */
async function statusOf(stage: Stage, name: string): Promise<string> {
  const redis = connectionTo(stage.url);
  const base = `{${stage.prefix}:0}`;
  try {
    const names = name === '*' ? await redis.smembers(`${base}:campaigns`) : [name];
    const all = await Promise.all(names.map((each) => redis.hget(`${base}:campaign:${each}`, 'status')));
    const at = all.findIndex((status) => !isOver.has(status ?? ''));
    if (at < 0) return 'ended';
    return name === '*' ? `not ended: ${names[at]} is ${all[at]}` : (all[at] ?? 'not there');
  } catch (error) {
    return `not known: ${messageOf(error)}`;
  } finally {
    redis.disconnect();
  }
}

/** The campaign of an occurrence is aborted when it cannot be started. */
const isOver = new Set(['ended', 'aborted']);

/**
 * Waits for the end of the campaign. It is given up when no client settles for so long; a slow
 * machine takes longer and is not wrong.
 */
async function untilEnded(stage: Stage, standstillMs: number, name = campaignName): Promise<string> {
  for (let settled = -1; ;) {
    const status = await endedWithin(stage, standstillMs, name);
    const now = await settledIn(stage);
    if (status === 'ended' || now === settled) return status;
    settled = now;
  }
}

async function endedWithin(stage: Stage, withinMs: number, name: string): Promise<string> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const status = await statusOf(stage, name);
    if (status === 'ended' || Date.now() > deadline) return status;
    await delay(250);
  }
}

async function settledIn(stage: Stage): Promise<number> {
  const redis = connectionTo(stage.url);
  try {
    const records = (await walkAll(redis, stage.prefix)).flatMap((walk) => [...walk.records.values()]);
    return records.filter(({ index }) => index === 'settled').length;
  } finally {
    redis.disconnect();
  }
}

async function gather(stage: Stage) {
  const redis = new Redis(stage.url);
  try {
    return {
      truth: await stage.control.truth(),
      walks: await walkAll(redis, stage.prefix),
      audit: await firstOf(stage, (operator) => operator.exportAudit()),
      chainFaults: await firstOf(stage, chainFaultsBy),
    };
  } finally {
    redis.disconnect();
  }
}

/** Asks the orchestrators one after the other until one answers. All of them run by now. */
async function firstOf<T>({ operators }: Stage, ask: (operator: Operator) => Promise<T>): Promise<T> {
  const refusals: string[] = [];
  for (const operator of operators) {
    try {
      return await ask(operator);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw new Error(refusals.join('; '));
}

async function chainFaultsBy(operator: Operator): Promise<readonly string[]> {
  const { faults } = (await operator.ask('GET', '/v1/audit/verify')) as { faults: readonly object[] };
  return faults.map((fault) => JSON.stringify(fault));
}
