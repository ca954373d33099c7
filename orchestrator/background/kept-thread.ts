import { Worker } from 'node:worker_threads';
import type { Config } from '../../shared/config.ts';
import { type Caller, whyEnded } from '../caller.ts';
import type {
  AuthorityAnswer,
  AuthorityQuestion,
  ThreadAnswer,
  ThreadData,
  ThreadRequest,
  ThreadResponse,
} from './request.ts';

/** What may come in between while a thread works. */
export interface Meanwhile {
  /** Aborted = the thread ends in the middle of its work; undefined = it completes it. */
  readonly broken?: AbortSignal | undefined;
  /** Whom the thread has asked before its first change; undefined = servpack makes it. */
  readonly caller?: Caller | undefined;
}

/**
 * A thread for one piece of work after the other. To start one and to load its code takes longer
 * than most work, so it waits a moment for more; then it ends, and its memory is given back.
 */
export class KeptThread {
  readonly #config: Config;
  readonly #keptMs: number;
  readonly #ending: AbortSignal | undefined;
  /** The thread that waits for work. */
  #idle: { readonly thread: Worker; readonly isLight: boolean; readonly timer: NodeJS.Timeout } | null = null;

  /**
   * @param keptMs real time for which the thread waits for more work
   * @param ending aborted = no thread waits for more work
   */
  constructor(config: Config, keptMs: number, ending?: AbortSignal) {
    this.#config = config;
    this.#keptMs = keptMs;
    this.#ending = ending;
    ending?.addEventListener('abort', () => this.#letGo(), { once: true });
  }

  /**
   * Only one request at a time. A thread that fails takes nothing with it but this request.
   * @param isLight at little weight
   */
  async ask(request: ThreadRequest, isLight: boolean, meanwhile: Meanwhile): Promise<ThreadResponse> {
    const thread = this.#take(isLight);
    let isKept = false;
    try {
      const { response, mayStay } = await answerOf(thread, request, meanwhile);
      isKept = mayStay && this.#ending?.aborted !== true;
      return response;
    } finally {
      if (isKept) this.#keep(thread, isLight);
      else void thread.terminate();
    }
  }

  #take(isLight: boolean): Worker {
    if (this.#idle?.isLight !== isLight) this.#letGo();
    const idle = this.#idle;
    this.#idle = null;
    if (idle === null) return this.#start(isLight);
    clearTimeout(idle.timer);
    idle.thread.ref();
    return idle.thread;
  }

  #start(isLight: boolean): Worker {
    const workerData: ThreadData = { config: this.#config, isLight };
    const thread = new Worker(new URL('thread.ts', import.meta.url), { workerData });
    // A thread that ends by itself is not asked again. Why it did, its request says.
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      if (this.#idle?.thread === thread) this.#letGo();
    });
    return thread;
  }

  /** An idle thread does not keep the process. */
  #keep(thread: Worker, isLight: boolean): void {
    thread.unref();
    this.#idle = { thread, isLight, timer: setTimeout(() => this.#letGo(), this.#keptMs).unref() };
  }

  #letGo(): void {
    if (this.#idle === null) return;
    clearTimeout(this.#idle.timer);
    void this.#idle.thread.terminate();
    this.#idle = null;
  }
}

function answerOf(
  thread: Worker,
  request: ThreadRequest,
  { broken, caller }: Meanwhile,
): Promise<ThreadAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
  const end = (): void => void thread.terminate();
  const fail = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
  const exit = (code: number): void => reject(new Error(`a thread ended with ${code} and no answer`));
  const answerQuestion = async (): Promise<void> =>
    thread.postMessage({ whyEnded: await whyEnded(caller) } satisfies AuthorityAnswer);
  const take = (message: ThreadAnswer | AuthorityQuestion): void => {
    if ('response' in message) resolve(message);
    // Where nobody can say it, the thread ends before its first change.
    else answerQuestion().catch(fail);
  };
  broken?.addEventListener('abort', end, { once: true });
  if (broken?.aborted === true) end();
  thread.on('message', take).once('error', fail).once('exit', exit);
  thread.postMessage(request);
  return promise.finally(() => {
    broken?.removeEventListener('abort', end);
    thread.off('message', take).off('error', fail).off('exit', exit);
  });
}
