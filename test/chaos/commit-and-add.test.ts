import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { auditFaults, blindCommands, storiesOf } from '../lab/chaos/verdict/audit.ts';
import { countFaults, indexFaults, leftOver } from '../lab/chaos/verdict/records.ts';
import { type Walk, walkOf } from '../lab/chaos/walk.ts';
import { verdict } from '../lab/expected.ts';
import type { FleetHold } from '../lab/fleet/control.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';
import { type CampaignLab, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { clientsWith } from '../fixtures/clients-with.ts';
import { until } from '../fixtures/until.ts';
import { type JoblessRedis, joblessRedis } from './jobless-redis.ts';

/**
 * The record is the truth, the job a hint: a process that dies between the two, or loses every
 * job, leaves records from which everything is repaired. A freed slot goes to the next parked
 * client at once, not by a round.
 */
const folder = mkdtempSync(join(tmpdir(), 'servpack-add-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const clients = clientsWith('pcmInBin', 12);
const active = 2;
const campaign = [
  'campaign: adds',
  'release: test-release',
  'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]',
  `budgets: { active: ${active}, perLogonServer: ${active} }`,
  'ladder: [wait, relocation]',
  // Four seconds: every client is looked at once before the first is looked at again.
  'deferrals: { service: { first: 16h, max: 16h } }',
  '',
].join('\n');

test('servpack killed between commit and add, with all jobs deleted, is repaired from the records', async () => {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await joblessRedis('adds'));
  const lab = stack.use(await openLab(redis));
  const { control, operator, orchestrator } = lab;

  // The orchestrator admits, and dies before it adds a job.
  await redis.cutOffJobs();
  await operator.ask('POST', '/v1/campaigns/adds/start');
  await until('admitted', async () => (await walk(redis)).due.size === active);
  expect(await redis.jobIds()).toEqual([]);
  orchestrator.kill('SIGKILL');
  await orchestrator.ended;
  await redis.allowJobs();

  // All come to their second look; two at a time stand there, the others are parked.
  const looks = new Looks(
    await Promise.all(clients.map((client) => control.hold({ client, op: 'look', nth: 2, when: 'before' }))),
  );
  const leader = await lab.startOrchestrator('second-orchestrator');
  const worker = await lab.startWorker('first-worker');
  await until('parked', async () => parkedIn(await walk(redis)) === clients.length - active);

  // No orchestrator runs, so there are no rounds: each client that rests hands its slot on.
  leader.kill('SIGKILL');
  await leader.ended;
  for (let n = 0; n < 6; n += 1) await looks.releaseNext();
  await looks.standing(active);

  // Two rest and hand their slots on, and the worker dies before it adds a job for anyone.
  await redis.cutOffJobs();
  for (let n = 0; n < active; n += 1) await looks.releaseNext();
  await until('nobody driven', async () => (await walk(redis)).driven.size === 0);
  const left = await walk(redis);
  expect(indexFaults(left)).toEqual([]);
  expect(countFaults([left], 'adds', active)).toEqual([]);
  worker.kill('SIGKILL');
  await worker.ended;
  const jobs = new Set(await redis.jobIds());
  const handed = [...left.records.values()].filter(
    ({ index, fields }) => index === 'due' && fields['h'] === '1',
  );
  expect(handed.map(({ id, fields }) => `${id}.${fields['a']}`).filter((id) => jobs.has(id))).toEqual([]);
  expect(handed.length).toBeGreaterThan(0);
  expect(await redis.wipeJobs()).toBeGreaterThan(0);
  await redis.allowJobs();

  await lab.startOrchestrator('third-orchestrator');
  await lab.startWorker('second-worker');
  await looks.standing(1);
  looks.releaseAll();
  await addAllTwice(redis);
  await until('settled', async () => isOver(await walk(redis)));
  expect(await endFaults(redis, control)).toEqual([]);
});

async function openLab({ url, prefix }: JoblessRedis): Promise<CampaignLab> {
  const installation: LabInstallation = {
    redisUrl: url,
    prefix,
    dataDir: folder,
    clock: fromMondayEvening(14_400),
  };
  const files = await smallFiles(
    folder,
    clients.map((client) => ({ client })),
  );
  const lab = await openCampaignLab(installation, { files, seed: 'one' });
  await lab.operator.createCampaign(campaign);
  return lab;
}

/** Clients that stand at their second look, in the order in which they come there. */
class Looks {
  readonly #holds: readonly FleetHold[];
  readonly #standing: FleetHold[] = [];

  constructor(holds: readonly FleetHold[]) {
    this.#holds = holds;
    for (const hold of holds) void this.#watch(hold);
  }

  async #watch(hold: FleetHold): Promise<void> {
    try {
      await hold.reached();
      this.#standing.push(hold);
    } catch {
      // The test is over, and with it the fleet.
    }
  }

  async standing(count: number): Promise<void> {
    await until(`${count} at their second look`, () => Promise.resolve(this.#standing.length >= count));
  }

  async releaseNext(): Promise<void> {
    await this.standing(1);
    await this.#standing.shift()?.release();
  }

  releaseAll(): void {
    for (const hold of this.#holds) void hold.release();
  }
}

/** A job that is there already, or one of another number, changes nothing. */
async function addAllTwice(redis: JoblessRedis): Promise<void> {
  const dispatcher = openDispatcher({ url: redis.url, prefix: redis.prefix });
  for (let round = 0; round < 10; round += 1) {
    const records = [...(await walk(redis)).records.values()].filter(({ index }) => index !== 'settled');
    const activations = records.flatMap(({ client, fields }) =>
      (['upgrades', 'remediations'] as const).map((queue) => ({
        activation: {
          key: { campaign: 'adds', client },
          activation: Number(fields['a']),
          queue,
          dueAt: 0,
          shard: 0,
        },
        delayMs: 0,
      })),
    );
    await dispatcher.addAll([...activations, ...activations]);
  }
  await dispatcher.close();
}

async function walk({ url, prefix }: JoblessRedis): Promise<Walk> {
  const connection = new Redis(url);
  try {
    return await walkOf(connection, `{${prefix}:0}`);
  } finally {
    connection.disconnect();
  }
}

const parkedIn = ({ records }: Walk): number =>
  [...records.values()].filter(({ index }) => index === 'parked').length;

const isOver = ({ records }: Walk): boolean =>
  records.size === clients.length && [...records.values()].every(({ index }) => index === 'settled');

async function endFaults(redis: JoblessRedis, control: CampaignLab['control']) {
  const [end, truth] = [await walk(redis), await control.truth()];
  const records = [...end.records.values()];
  const store = await openRedisStore({ url: redis.url, prefix: redis.prefix });
  if (!store.ok) throw new Error(store.error.message);
  const stories = storiesOf(await store.value.auditAfter(0, beforeAll, 100_000));
  await store.value.close();
  const rows = records.map(({ client, upgrade: { state } }) => ({
    client,
    end: state.phase === 'settled' ? state.end : null,
  }));
  return [
    ...verdict(truth, rows, { relocation: true, workaround: false }),
    ...indexFaults(end),
    ...leftOver(end),
    ...countFaults([end], 'adds', active),
    ...auditFaults(stories, records),
    ...blindCommands(truth, stories),
  ];
}
