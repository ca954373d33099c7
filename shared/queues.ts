import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueName } from './domain/placement.ts';
import type { Activation, UpgradeKey } from './store/store.ts';

/** A job carries ids only; the record is the truth. */
export type JobData = UpgradeKey;

export const queueNames: readonly QueueName[] = ['upgrades', 'remediations'];

/** BullMQ's key prefix for a shard; the braces keep a shard's keys in one Cluster slot. */
export const queuePrefix = (prefix: string, shard = 0): string => `{${prefix}:${shard}}:q`;

/** `campaign.client.N`: ids hold no dots, so the parts can be told apart. */
export const jobId = ({ key, activation }: Activation): string =>
  `${key.campaign}.${key.client}.${activation}`;

export const activationOf = (id: string): number => Number(id.slice(id.lastIndexOf('.') + 1));

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
  addAll(
    activations: readonly { readonly activation: Activation; readonly delayMs: number }[],
  ): Promise<void>;
  close(): Promise<void>;
}

/** What Redis has not answered by then is refused, so that a silent network does not hang a round. */
const answerMs = 5_000;

/**
 * A producer fails at once while Redis is away (no offline queue): what it could not add, the sweep adds.
 * @param log told of errors of the connection
 */
export function openDispatcher(url: string, prefix: string, log?: Logger): Dispatcher {
  const connection = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: answerMs,
    lazyConnect: false,
  });
  // Without a listener a lost connection would end the process; every failed call reports it anyway.
  connection.on('error', () => undefined);
  const open = (name: QueueName): Queue<JobData> => {
    const queue = new Queue<JobData>(name, { connection, prefix: queuePrefix(prefix) });
    // Without a listener BullMQ writes the whole error to the console, and one of AUTH holds the password.
    queue.on('error', (error) => log?.warn({ error }, 'queue'));
    return queue;
  };
  const queues: Readonly<Record<QueueName, Queue<JobData>>> = {
    upgrades: open('upgrades'),
    remediations: open('remediations'),
  };

  const jobOf = ({ activation, delayMs }: { activation: Activation; delayMs: number }) => ({
    name: 'activate',
    data: activation.key,
    opts: { jobId: jobId(activation), ...(delayMs > 0 ? { delay: delayMs } : {}) },
  });

  return {
    add: async (activation, delayMs) => {
      const { name, data, opts } = jobOf({ activation, delayMs });
      await queues[activation.queue].add(name, data, opts);
    },
    addAll: async (activations) => {
      for (const name of queueNames) {
        const jobs = activations.filter((each) => each.activation.queue === name).map(jobOf);
        if (jobs.length > 0) await queues[name].addBulk(jobs);
      }
    },
    close: async () => {
      await Promise.all(queueNames.map((name) => queues[name].close()));
      connection.disconnect();
    },
  };
}
