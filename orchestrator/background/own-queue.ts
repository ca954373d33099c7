import { Queue, type QueueOptions, type Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';

/**
 * A queue of BullMQ whose jobs the leader adds and takes itself. It connects when it is first used:
 * an installation without jobs of this kind asks Redis nothing.
 */
export interface OwnQueue {
  /** The queue; null = it was never used. */
  readonly opened: Queue | null;
  open(): Queue;
  /** Takes jobs from now on, unless it does so already. */
  work(start: (options: WorkerOptions) => Worker): void;
  /** Takes no more jobs, until `work` is called again. */
  rest(close?: (worker: Worker) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface OwnQueuePlace {
  readonly url: string;
  readonly prefix: string;
  readonly log: Logger;
}

/** @param settings of BullMQ, the same where jobs are added and where they are taken */
export function openOwnQueue(
  name: string,
  { url, prefix, log }: OwnQueuePlace,
  settings?: QueueOptions['settings'] & WorkerOptions['settings'],
): OwnQueue {
  const place = { prefix: queuePrefix(prefix, 0), ...(settings === undefined ? {} : { settings }) };
  const warn = (error: unknown): void => log.warn({ error, queue: name }, 'queue');
  const connections = new Map<'producer' | 'worker', Redis>();
  const connect = (use: 'producer' | 'worker'): Redis => {
    const known = connections.get(use);
    if (known !== undefined) return known;
    const connection = openQueueConnection(url, use).on('error', () => undefined);
    connections.set(use, connection);
    return connection;
  };
  let queue: Queue | null = null;
  let worker: Worker | null = null;
  const rest: OwnQueue['rest'] = async (close = (each) => each.close()) => {
    const listening = worker;
    worker = null;
    if (listening !== null) await close(listening);
  };
  return {
    get opened() {
      return queue;
    },
    open: () => (queue ??= new Queue(name, { ...place, connection: connect('producer') }).on('error', warn)),
    work: (start) => {
      worker ??= start({ ...place, connection: connect('worker') }).on('error', warn);
    },
    rest,
    close: async () => {
      await rest();
      await queue?.close();
      for (const each of connections.values()) each.disconnect();
    },
  };
}
