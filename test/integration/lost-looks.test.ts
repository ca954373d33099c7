import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { lookJobId, looksQueue, queuePrefix } from '../../shared/queues/jobs.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { keysLike } from '../lab/keys-like.ts';
import { type LookLab, startLookLab } from './look-lab.ts';

/** A survey gets an answer for every machine, also when workers or the keys of BullMQ are lost. */

const traits: readonly Trait[] = ['free', 'pcmInBin', 'userProgram', 'staysHome', 'server'];

/** Starts a survey of one client, whose look is held on the client. */
async function heldLook(lab: LookLab, startWorker: () => Promise<unknown>) {
  const control = connectFleetControl({ port: lab.fleet.port });
  const client = lab.clients.get('free') ?? '';
  const hold = await control.hold({ client, op: 'look', when: 'before' });
  await startWorker();
  const survey = await lab.startSurvey({ from: 'names', names: [client] });
  await hold.reached();
  return {
    survey,
    [Symbol.asyncDispose]: async () => {
      await hold.release();
      await control.close();
    },
  };
}

describe('a look is taken over by another worker', () => {
  test('at once, when its worker stops', async () => {
    await using lab = await startLookLab({ traits: ['free'] });
    const workers: { stop(): Promise<void> }[] = [];
    await using held = await heldLook(lab, async () => workers.push(await lab.startWorker()));
    await lab.startWorker();
    await workers[0]?.stop();
    expect(await lab.over(held.survey)).toMatchObject({ status: 'done', looked: 1, verdicts: { free: 1 } });
  });

  test('when its worker is killed', async () => {
    await using lab = await startLookLab({ traits: ['free'] });
    const worker = await lab.startWorkerProcess();
    await using held = await heldLook(lab, async () => undefined);
    await lab.startWorker();
    worker.kill('SIGKILL');
    await worker.ended;
    expect(await lab.over(held.survey)).toMatchObject({ status: 'done', looked: 1, verdicts: { free: 1 } });
  });
});

test('a look on which five workers in a row are lost fails, and the survey says so', async () => {
  await using lab = await startLookLab({ traits: ['free'] });
  const client = lab.clients.get('free') ?? '';
  const survey = await lab.startSurvey({ from: 'names', names: [client] });
  await using redis = connect(lab);
  const id = lookJobId({ survey, name: client, shard: 0 });
  const job = `${queuePrefix(lab.prefix, 0)}:${looksQueue}:${id}`;
  await expect.poll(() => redis.commands.exists(job)).toBe(1);
  // BullMQ counts the lost workers.
  await redis.commands.hset(job, 'stc', 5);
  await lab.startWorker();
  expect(await lab.over(survey)).toMatchObject({ status: 'done', failures: { failed: 1 } });
  const [look] = await lab.looksOf(survey);
  expect(look?.says).toContain('5 workers in a row were lost on it');
});

describe.each([1, 3])('a lost job of a look is added again, with %i shards', (shards) => {
  test.each([
    ['every key of BullMQ is deleted', '*'],
    ['the lists are deleted, the jobs are not', 'wait'],
  ])('%s', async (_name, keys) => {
    await using lab = await startLookLab({ traits, shards });
    const survey = await lab.startSurvey({ from: 'fleet' });
    await using redis = connect(lab);
    const jobs = async () => Array.fromAsync(keysLike(redis.commands, `{${lab.prefix}:*}:q:looks:look-*`));
    await expect.poll(async () => (await jobs()).length).toBe(traits.length);
    for await (const key of keysLike(redis.commands, `{${lab.prefix}:*}:q:looks:${keys}`))
      await redis.commands.unlink(key);
    await lab.startWorker();
    const status = await lab.over(survey);
    expect(status).toMatchObject({ status: 'done', total: traits.length, looked: traits.length });
    const names = (await lab.looksOf(survey)).map(({ client }) => client);
    expect(names.toSorted()).toEqual([...lab.clients.values()].toSorted());
    await expect.poll(async () => (await jobs()).length).toBe(0);
  });
});

function connect(lab: LookLab) {
  const commands = new Redis(lab.redisUrl);
  return { commands, [Symbol.asyncDispose]: async () => commands.disconnect() };
}
