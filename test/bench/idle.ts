import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import type { Store } from '../../shared/store/store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import { patienceMs } from '../environment/patience.ts';
import { type RedisServer, startRedisServer } from '../environment/redis-servers.ts';
import { campaign as usual } from '../domain/given-campaign.ts';
import { workstation } from '../fixtures/running-campaign.ts';
import { startOrchestrator, startWorker } from '../lab/installation.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** What an idle installation asks of its Redis. */
export interface IdleUse {
  readonly seconds: number;
  /** Commands that Redis has run, those inside scripts included. */
  readonly commands: number;
  /** By name, the most frequent first. */
  readonly byName: readonly (readonly [name: string, calls: number])[];
}

const hour = 3_600_000;

/** One campaign of ten runs: each running one is simulated before it is idle. */
const oneRunsOf = 10;

/** Every way in which a campaign can wait. */
function wayToWait(number: number, now: number): CampaignState {
  const running = { status: 'running', startedAt: now, openWaves: 1, accepted: [0] } as const;
  if (number % oneRunsOf === 0) return running;
  const others: readonly CampaignState[] = [
    { status: 'scheduled', startAt: now + hour },
    { status: 'waitingForRelease' },
    { ...running, status: 'paused', pausedAt: now, byGate: false, by: 'anna', because: 'lunch' },
  ];
  return others[number % (others.length + 1)] ?? { status: 'created' };
}

/** Running ones have one client, on a logon server that a person holds. */
function waitingCampaign(number: number, now: number): Campaign {
  const state = wayToWait(number, now);
  const name = `idle-${number}`;
  const definition = { ...usual.definition, campaign: name, waves: usual.definition.waves.slice(-1) };
  const holds = [{ logonServer: 'LS-1', by: 'anna', because: 'phones', at: now }];
  return { ...usual, definition, waveSizes: [1], createdAt: now, state, holds };
}

/**
 * Counts the commands that one orchestrator and one worker send while `campaigns` campaigns and
 * some schedules wait, and nothing changes. Redis, orchestrator and worker are processes of their
 * own. It begins to count when the first rounds over all campaigns are done.
 */
export async function idleUse(campaigns: number, measureMs: number): Promise<IdleUse> {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-idle-'));
  const redis = await startRedisServer(join(folder, 'redis'), ['--appendonly', 'yes']);
  const installation = { redisUrl: `redis://127.0.0.1:${redis.port}`, prefix: 'idle', dataDir: folder };
  try {
    await fill(installation.redisUrl, campaigns);
    const orchestrator = await startOrchestrator(installation);
    const worker = await startWorker(installation, 1);
    try {
      await untilPlanned(installation.redisUrl, Math.ceil(campaigns / oneRunsOf));
      await untilQuiet(redis.client);
      const before = await statsOf(redis.client);
      await delay(measureMs);
      return difference(before, await statsOf(redis.client));
    } finally {
      for (const each of [worker, orchestrator]) {
        each.kill('SIGTERM');
        await each.ended;
      }
    }
  } finally {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(url: string, campaigns: number): Promise<void> {
  const store = unwrapped(await openRedisStore({ url, prefix: 'idle' }));
  const now = Date.now();
  const clients = Array.from({ length: campaigns }, (_, number) => workstation(`pc-${number}`));
  await store.importFleet(clients);
  for (const number of clients.keys()) {
    const campaign = waitingCampaign(number, now);
    const audit: AuditEntry = {
      at: now,
      campaign: campaign.definition.campaign,
      client: null,
      who: 'bench',
      from: 'nothing',
      to: campaign.state.status,
      because: 'it waits',
      evidence: null,
    };
    unwrapped(
      await store.createCampaign(campaign, [{ client: `pc-${number}`, wave: 0, logonServer: 'LS-1' }], audit),
    );
  }
  for (let number = 0; number < waitingSchedules; number += 1) await addSchedule(store, number, now);
  await store.close();
}

const waitingSchedules = 5;

/** It recurs on 29 February, so that it waits during any measurement. */
async function addSchedule(store: Store, number: number, now: number): Promise<void> {
  const schedule = `recurring-${number}`;
  const record: Schedule = {
    schedule,
    file: 'idle.yaml',
    text: 'never read',
    hash: 'x',
    recurrence: { kind: 'cron', cron: '0 22 29 2 *', zone: 'UTC' },
    missed: 'skip',
    createdAt: now,
    createdBy: 'bench',
    decidedTo: now,
    past: [],
  };
  const audit: AuditEntry = {
    at: now,
    campaign: '',
    client: null,
    who: 'bench',
    from: '',
    to: 'scheduled',
    because: `schedule ${schedule}: it waits`,
    evidence: null,
  };
  if (!(await store.commitSchedule(schedule, record, 0, audit))) throw new Error('the store is not empty');
}

/** Each running campaign is planned once, one after the other. */
async function untilPlanned(url: string, running: number): Promise<void> {
  const store = unwrapped(await openRedisStore({ url, prefix: 'idle' }));
  await until('every campaign is planned', async () => (await store.forecasts()).length >= running);
  await store.close();
}

const quietForMs = 3_000;

/**
 * Waits until Redis has run few commands for a while, four times in a row: the slowest round comes
 * every ten seconds.
 */
async function untilQuiet(redis: RedisServer['client']): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let quiet = 0; quiet < 4;) {
    const before = await statsOf(redis);
    await delay(quietForMs);
    quiet = difference(before, await statsOf(redis)).commands < 60 ? quiet + 1 : 0;
    if (performance.now() > deadline) throw new Error(`not quiet within ${patienceMs / 1_000} s`);
  }
}

interface Stats {
  readonly at: number;
  readonly calls: ReadonlyMap<string, number>;
}

async function statsOf(redis: { info(section: string): Promise<string> }): Promise<Stats> {
  const text = await redis.info('commandstats');
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
    ([, name = '', count]) => [name, Number(count)] as const,
  );
  return { at: performance.now(), calls: new Map(calls) };
}

function difference(before: Stats, after: Stats): IdleUse {
  const byName = [...after.calls]
    .map(([name, count]) => [name, count - (before.calls.get(name) ?? 0)] as const)
    // The question itself is no part of the answer.
    .filter(([name, count]) => count > 0 && name !== 'info')
    .sort(([, a], [, b]) => b - a);
  const commands = byName.reduce((sum, [, count]) => sum + count, 0);
  return { seconds: (after.at - before.at) / 1_000, commands, byName };
}

if (import.meta.main) {
  const { seconds, commands, byName } = await idleUse(200, 60_000);
  console.info(
    `200 campaigns wait: ${commands} commands in ${Math.round(seconds)} s, ${(commands / seconds).toFixed(1)} a second`,
  );
  for (const [name, calls] of byName) console.info(`${String(calls).padStart(8)}  ${name}`);
}
