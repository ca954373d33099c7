import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { lookJobId, looksQueue, queuePrefix } from '../../shared/queues/jobs.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import type { Trait } from '../lab/fleet/traits.ts';
import { keysLike } from '../lab/keys-like.ts';
import { type LookHouse, startLookHouse } from './look-house.ts';

/** Whatever happens to workers and to BullMQ's keys, a survey gets an answer for every machine. */

const traits: readonly Trait[] = ['free', 'pcmInBin', 'userProgram', 'staysHome', 'server'];

/** A survey of one client whose look stands still on the client. */
async function heldLook(house: LookHouse, startWorker: () => Promise<unknown>) {
  const control = connectFleetControl({ port: house.fleet.port });
  const client = house.clients.get('free') ?? '';
  const hold = await control.hold({ client, op: 'look', when: 'before' });
  await startWorker();
  const survey = await house.startSurvey({ from: 'names', names: [client] });
  await hold.reached();
  return {
    survey,
    [Symbol.asyncDispose]: async () => {
      await hold.release();
      await control.close();
    },
  };
}

describe('a look is made by another worker', () => {
  test('at once, when its worker stops', { timeout: 60_000 }, async () => {
    await using house = await startLookHouse({ traits: ['free'] });
    const workers: { stop(): Promise<void> }[] = [];
    await using held = await heldLook(house, async () => workers.push(await house.startWorker()));
    await house.startWorker();
    await workers[0]?.stop();
    expect(await house.over(held.survey)).toMatchObject({ status: 'done', looked: 1, verdicts: { free: 1 } });
  });

  test('when its worker is killed', { timeout: 60_000 }, async () => {
    await using house = await startLookHouse({ traits: ['free'] });
    const worker = await house.startWorkerProcess();
    await using held = await heldLook(house, async () => undefined);
    await house.startWorker();
    worker.kill('SIGKILL');
    await worker.ended;
    expect(await house.over(held.survey)).toMatchObject({ status: 'done', looked: 1, verdicts: { free: 1 } });
  });
});

test('a look on which five workers in a row were lost is given up, and the survey says so', async () => {
  await using house = await startLookHouse({ traits: ['free'] });
  const client = house.clients.get('free') ?? '';
  const survey = await house.startSurvey({ from: 'names', names: [client] });
  await using redis = connect(house);
  const id = lookJobId({ survey, name: client, shard: 0 });
  const job = `${queuePrefix(house.prefix, 0)}:${looksQueue}:${id}`;
  await expect.poll(() => redis.commands.exists(job)).toBe(1);
  // As BullMQ counts them.
  await redis.commands.hset(job, 'stc', 5);
  await house.startWorker();
  expect(await house.over(survey)).toMatchObject({ status: 'done', failures: { failed: 1 } });
  const [look] = await house.looksOf(survey);
  expect(look?.says).toContain('5 workers in a row were lost on it');
});

describe.each([1, 3])('jobs of looks that are lost are added again: %i shards', (shards) => {
  test.each([
    ['every key of BullMQ is deleted', '*'],
    ['the lists are deleted, the jobs are not', 'wait'],
  ])('%s', { timeout: 60_000 }, async (_name, keys) => {
    await using house = await startLookHouse({ traits, shards });
    const survey = await house.startSurvey({ from: 'fleet' });
    await using redis = connect(house);
    const jobs = async () => Array.fromAsync(keysLike(redis.commands, `{${house.prefix}:*}:q:looks:look-*`));
    await expect.poll(async () => (await jobs()).length).toBe(traits.length);
    for await (const key of keysLike(redis.commands, `{${house.prefix}:*}:q:looks:${keys}`))
      await redis.commands.unlink(key);
    await house.startWorker();
    const status = await house.over(survey);
    expect(status).toMatchObject({ status: 'done', total: traits.length, looked: traits.length });
    const names = (await house.looksOf(survey)).map(({ client }) => client);
    expect(names.toSorted()).toEqual([...house.clients.values()].toSorted());
    await expect.poll(async () => (await jobs()).length).toBe(0);
  });
});

function connect(house: LookHouse) {
  const commands = new Redis(house.redisUrl);
  return { commands, [Symbol.asyncDispose]: async () => commands.disconnect() };
}
