import { Worker } from 'node:worker_threads';
import type { Config } from '../../shared/config.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Answer, Background, Inputs, Order, WorkName, Works } from './request.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

/**
 * Work on a million clients takes seconds of pure computing. In the thread that also leads it would cost the lease, and every
 * call to Redis would seem unanswered; so it has a thread of its own each time, and only what came of it crosses over. Each holds a
 * whole fleet in memory: they come one after the other.
 */
export function openBackground(config: Config): Background {
  const inTurn = oneAtATime();
  return async <Name extends WorkName>(work: Name, who: string, input: Inputs[Name]) => {
    const workerData = { config, work, who, input } as Order;
    const answer = await inTurn(() =>
      answerOf(new Worker(new URL('thread.ts', import.meta.url), { workerData })),
    );
    if (answer.kind === 'away') throw new StoreUnavailable(answer.message);
    return answer.result as Awaited<ReturnType<Background>> & { readonly value: Works[Name] };
  };
}

function answerOf(thread: Worker): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  thread.once('message', (answer: Answer) => resolve(answer));
  thread.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  thread.once('exit', (code) => reject(new Error(`a thread ended with ${code} and no answer`)));
  return promise;
}
