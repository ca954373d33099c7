import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { messageOf } from '../../../shared/errors.ts';
import type { Sample } from '../demo/sample.ts';
import { clearLab } from '../demo/lab-redis.ts';
import type { Operator } from '../operator.ts';
import { campaignName, campaignOf, type ChaosCampaign } from './campaign-file.ts';
import { judge, line, midwayFaults } from './judge.ts';
import { type ChaosOptions, speedOf } from './options.ts';
import { planOf } from './plan.ts';
import { chaosPrefix, setStage, type Stage } from './stage.ts';
import { Chaos, connectionTo } from './strokes.ts';
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
    `${options.clients} clients, ladder ${campaign.ladder.join(', ')}, ${speedOf(options)} times real time`,
  );
  const stage = await setStage(options, stack, (operator, sample) => prepare(operator, sample, campaign));
  const chaos = new Chaos(stage, say);
  const memory = new MemoryWatch(stage.players);
  stack.defer(() => memory.stop());
  const midway: Midway = { walks: 0, faults: [] };
  await startCampaign(stage);
  const begun = Date.now();
  await chaos.carryOut(planOf(options), async (done) => {
    if (done % walksEvery(options.clients) === 0) await walkMidway(stage, midway, campaign.activeAtMost);
  });
  await chaos.recovered();
  say(
    `${since(begun)} s  everything runs again after ${chaos.struck} blows; ${await settledIn(stage)} clients have settled`,
  );
  await walkMidway(stage, midway, campaign.activeAtMost);
  const ended = await untilEnded(stage, options.deadlineS * 1000, say);
  say(`${since(begun)} s  the campaign is ${ended}`);

  const evidence = await gather(stage);
  const judged = judge({
    stage,
    policy: campaign.policy,
    midway,
    pauses: chaos.pauses,
    activeAtMost: campaign.activeAtMost,
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

/** Imports, stages and creates, as an operator does. */
async function prepare(operator: Operator, sample: Sample, campaign: ChaosCampaign): Promise<void> {
  await operator.importFleet('fleet.csv', readFileSync(sample.fleetCsv, 'utf8'));
  await operator.ask('POST', '/v1/releases', { path: sample.releaseYaml });
  await operator.createCampaign(campaign.text);
}

async function startCampaign({ operators: [first] }: Stage): Promise<void> {
  await first?.ask('POST', `/v1/campaigns/${campaignName}/start`);
}

/** Walks through Redis while the campaign runs. When Redis is unavailable there is no walk. */
async function walkMidway(stage: Stage, midway: Midway, activeAtMost: number): Promise<void> {
  const redis = connectionTo(stage.url);
  try {
    const walks = await walkAll(redis, stage.prefix);
    midway.walks += 1;
    midway.faults.push(...midwayFaults(walks, activeAtMost));
  } catch {
    // Redis is down or frozen at this moment.
  } finally {
    redis.disconnect();
  }
}

async function statusOf(stage: Stage): Promise<string> {
  const redis = connectionTo(stage.url);
  try {
    const status = await redis.hget(`{${stage.prefix}:0}:campaign:${campaignName}`, 'status');
    return status ?? 'not there';
  } catch (error) {
    return `not known: ${messageOf(error)}`;
  } finally {
    redis.disconnect();
  }
}

/**
 * Waits for the end of the campaign. It is given up when no client settles for so long; a slow
 * machine takes longer and is not wrong. A frozen orchestrator may carry out a pause after it wakes
 * up: then the campaign is resumed, as an operator would.
 */
async function untilEnded(stage: Stage, standstillMs: number, say: (line: string) => void): Promise<string> {
  for (let settled = -1; ;) {
    const status = await endedWithin(stage, standstillMs, say);
    const now = await settledIn(stage);
    if (status === 'ended' || now === settled) return status;
    settled = now;
  }
}

async function endedWithin(stage: Stage, withinMs: number, say: (line: string) => void): Promise<string> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const status = await statusOf(stage);
    if (status === 'ended' || Date.now() > deadline) return status;
    if (status === 'paused') {
      say('           a late request paused the campaign; it is resumed');
      await stage.operators[0]?.ask('POST', `/v1/campaigns/${campaignName}/resume`).catch(() => undefined);
    }
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
