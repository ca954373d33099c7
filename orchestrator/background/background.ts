import { Worker } from 'node:worker_threads';
import type { ThreadResponse, Background, Inputs, ThreadRequest, WorkName, Results } from './request.ts';
import type { Config } from '../../shared/config.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

/**
 * Work on a million clients takes seconds of pure computing. In the thread that leads it would
 * cost the lease, and every call to Redis would seem unanswered. So each piece of work gets a
 * thread of its own, and only its result crosses over. Each thread holds a whole fleet in memory,
 * so they run one after the other. Simulations, and readings of the audit that nobody waits for,
 * have a line of their own: no import waits for one.
 * @param ending aborted = the thread under way is ended, and its work is thrown away
 */
export function openBackground(config: Config, ending?: AbortSignal): Background {
  const [inTurn, light] = [oneAtATime(), oneAtATime()];
  return async <Name extends WorkName>(work: Name, who: string, input: Inputs[Name]) => {
    const workerData = { config, work, who, input } as ThreadRequest;
    const line = work === 'simulateCampaign' || work === 'makeLookBack' ? light : inTurn;
    const answer = await line(() =>
      answerOf(new Worker(new URL('thread.ts', import.meta.url), { workerData }), ending),
    );
    if (answer.kind === 'unavailable') throw new StoreUnavailable(answer.message);
    return answer.result as Awaited<ReturnType<Background>> & { readonly value: Results[Name] };
  };
}

function answerOf(thread: Worker, ending?: AbortSignal): Promise<ThreadResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ThreadResponse>();
  const end = (): void => void thread.terminate();
  ending?.addEventListener('abort', end, { once: true });
  if (ending?.aborted === true) end();
  thread.once('message', (answer: ThreadResponse) => resolve(answer));
  thread.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  thread.once('exit', (code) => reject(new Error(`a thread ended with ${code} and no answer`)));
  return promise.finally(() => ending?.removeEventListener('abort', end));
}

/**
 * Runs work one piece after the other, in order. A piece that fails does not hold up the others.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
