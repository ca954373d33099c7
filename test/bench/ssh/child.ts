import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A process of the bench, which is asked and tells. */
export interface Child<Asked, Told> {
  readonly pid: number;
  /** The next thing that it tells. Rejects when it ends instead. */
  next(): Promise<Told>;
  ask(asked: Asked): Promise<Told>;
  stop(): Promise<void>;
}

/** @param nodeOptions for its NODE_OPTIONS, e.g. to take a profile */
export function startChild<Asked extends object | string, Told>(
  file: string,
  args: readonly string[],
  nodeOptions: string,
): Child<Asked, Told> {
  const child = fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_OPTIONS: nodeOptions, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = (): Promise<Told> => nextOf<Told>(child, file);
  return {
    pid: child.pid ?? 0,
    next,
    ask: (asked) => {
      const told = next();
      child.send(asked);
      return told;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function nextOf<Told>(child: ChildProcess, file: string): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const gone = (): void => reject(new Error(`${file} has ended`));
  child.once('exit', gone);
  child.once('message', (told) => resolve(told as Told));
  return promise.finally(() => child.off('exit', gone));
}
