import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueName } from './domain/upgrade/placement.ts';
import { type ClientUse, openClient } from './redis/client.ts';
import { parseRedisUrl } from './redis/redis-url.ts';
import type { AskedLook, LookKey } from './store/survey-store.ts';
import type { Activation, UpgradeKey } from './store/types.ts';

/** A job carries nothing: its id names the activation, and the record is the truth. A million of them are kept. */
export type JobData = Readonly<Record<string, never>>;

export const queueNames: readonly QueueName[] = ['upgrades', 'remediations'];

/** Looks that belong to no upgrade: their own queue, so that none of them stands before a campaign's work. */
export const looksQueue = 'looks';

/** BullMQ's key prefix for a shard; the braces keep a shard's keys in one Cluster slot. */
export const queuePrefix = (prefix: string, shard: number): string => `{${prefix}:${shard}}:q`;

/** `campaign.client.N`: ids hold no dots, so the parts can be told apart. */
export const jobId = ({ key, activation }: Activation): string =>
  `${key.campaign}.${key.client}.${activation}`;

/** Which activation of which upgrade a job is; the activation of an id that is no job's is not a number. */
export function activationIn(id: string): { readonly key: UpgradeKey; readonly activation: number } {
  const [campaign = '', client = '', activation] = id.split('.');
  return { key: { campaign, client }, activation: Number(activation ?? NaN) };
}

/** `survey.name`, the name escaped: a host may hold colons, which BullMQ does not take. */
export const lookJobId = ({ survey, name }: LookKey): string => `${survey}.${encodeURIComponent(name)}`;

/** Which look a job of a shard's queue is. */
export function lookIn(id: string, shard: number): LookKey {
  const dot = id.indexOf('.');
  return { survey: id.slice(0, dot), name: decodeURIComponent(id.slice(dot + 1)), shard };
}

/**
 * Locks of 10 s found stalled after 5 s: a killed worker's jobs run again within 15 s. `maxStalledCount` counts over a
 * job's whole life and then fails it, so it is set out of reach; crashes are counted in the record. Finished jobs go at once.
 */
export const workerOptions = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;

/** Adds jobs for activations that a commit has already written. A job that is there already is not added twice. */
export interface Dispatcher {
  /** @param delayMs real milliseconds until it may run */
  add(activation: Activation, delayMs: number): Promise<void>;
  addAll(activations: readonly Delayed[]): Promise<void>;
  /**
   * Which of these activations have no job. Of the first few a job that stands in no list of BullMQ (its keys were deleted piece by piece, say)
   * is taken away before: nobody would ever run it, and while it is there adding it again is absorbed. Jobs that wait, run or are
   * delayed stay as they are.
   */
  withoutJob(activations: readonly Activation[]): Promise<readonly Activation[]>;
  /**
   * Adds the jobs of looks. Those of a large survey come after those that a person waits for. Of those asked for again the first few are
   * also seen to as `withoutJob` does.
   */
  addLooks(looks: readonly AskedLook[], isLarge: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Delayed {
  readonly activation: Activation;
  readonly delayMs: number;
}

/** What Redis has not answered by then is refused, so that a silent network does not hang a round. */
const answerMs = 5_000;

export interface QueuesOptions {
  readonly url: string;
  readonly prefix: string;
  /** As many as the store has; 1 when not given. */
  readonly shards?: number;
  /** Told of errors of the connection. */
  readonly log?: Logger;
}

/** A connection for BullMQ. Throws for a URL that opening the store has refused before. */
export function openQueueConnection(url: string, use: ClientUse): Redis {
  const place = parseRedisUrl(url);
  if (place === null) throw new Error('the Redis URL is not understood');
  return openClient(place, { use, answerMs });
}

type Queues = Readonly<Record<QueueName | typeof looksQueue, Queue<JobData>>>;

/** Looking for a job in a long list is dear. */
const suspectsAtMost = 50;
/** Jobs without one come first. */
const largePriority = 1;

/** A producer fails at once while Redis is away (no offline queue): what it could not add, the sweep adds. */
export function openDispatcher({ url, prefix, shards = 1, log }: QueuesOptions): Dispatcher {
  const connection = openQueueConnection(url, 'producer');
  // Without a listener a lost connection would end the process; every failed call reports it anyway.
  connection.on('error', () => undefined);
  const open = (name: string, shard: number): Queue<JobData> => {
    const queue = new Queue<JobData>(name, { connection, prefix: queuePrefix(prefix, shard) });
    // Without a listener BullMQ writes the whole error to the console, and one of AUTH holds the password.
    queue.on('error', (error) => log?.warn({ error }, 'queue'));
    return queue;
  };
  const perShard = Array.from({ length: shards }, (_, shard): Queues => ({
    upgrades: open('upgrades', shard),
    remediations: open('remediations', shard),
    looks: open(looksQueue, shard),
  }));

  const jobOf = ({ activation, delayMs }: Delayed) => ({
    name: 'a',
    data: {},
    opts: { jobId: jobId(activation), ...(delayMs > 0 ? { delay: delayMs } : {}) },
  });

  const addIn = async (queues: Queues, activations: readonly Delayed[]): Promise<void> => {
    for (const name of queueNames) {
      const jobs = activations.filter((each) => each.activation.queue === name).map(jobOf);
      if (jobs.length > 0) await queues[name].addBulk(jobs);
    }
  };

  const addLooksIn = async (
    { looks: queue }: Queues,
    looks: readonly AskedLook[],
    isLarge: boolean,
  ): Promise<void> => {
    for (const { key } of looks.filter(({ again }) => again).slice(0, suspectsAtMost))
      await forgetWhenStranded(queue, lookJobId(key));
    const priority = isLarge ? { priority: largePriority } : {};
    await queue.addBulk(
      looks.map(({ key }) => ({ name: 'l', data: {}, opts: { jobId: lookJobId(key), ...priority } })),
    );
  };

  const queueOf = ({ shard, queue }: Activation): Queue<JobData> | undefined => perShard[shard]?.[queue];

  return {
    add: async (activation, delayMs) => {
      const { name, data, opts } = jobOf({ activation, delayMs });
      await queueOf(activation)?.add(name, data, opts);
    },
    // A shard that is away does not keep the jobs of the others from being added.
    addAll: async (activations) => {
      const adding = perShard.map((queues, shard) =>
        addIn(
          queues,
          activations.filter((each) => each.activation.shard === shard),
        ),
      );
      throwFirst(await Promise.allSettled(adding));
    },
    withoutJob: async (activations) => {
      for (const activation of activations.slice(0, suspectsAtMost)) {
        const queue = queueOf(activation);
        if (queue !== undefined) await forgetWhenStranded(queue, jobId(activation));
      }
      const there = await Promise.all(
        activations.map((each) => connection.exists(queueOf(each)?.toKey(jobId(each)) ?? '')),
      );
      return activations.filter((_, at) => there[at] === 0);
    },
    addLooks: async (looks, isLarge) => {
      const adding = perShard.map(async (queues, shard) => {
        const own = looks.filter(({ key }) => key.shard === shard);
        if (own.length > 0) await addLooksIn(queues, own, isLarge);
      });
      throwFirst(await Promise.allSettled(adding));
    },
    close: async () => {
      await Promise.all(perShard.flatMap((queues) => Object.values(queues).map((queue) => queue.close())));
      connection.disconnect();
    },
  };
}

async function forgetWhenStranded(queue: Queue<JobData>, id: string): Promise<void> {
  if ((await queue.getJobState(id)) === 'unknown') await queue.remove(id);
}

function throwFirst(done: readonly PromiseSettledResult<void>[]): void {
  const failed = done.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
