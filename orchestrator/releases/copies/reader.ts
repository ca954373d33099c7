import { type ChildProcess, fork } from 'node:child_process';
import type { FileOnServer } from '../../../shared/domain/campaign/copies.ts';
import type { CopyRequest } from './read-copy.ts';
import type { Told } from './reader-process.ts';

/** What was found of a copy; `unreadable` says why nothing is known. */
export type CopyReading =
  | { readonly kind: 'read'; readonly files: Readonly<Record<string, FileOnServer>> }
  | { readonly kind: 'unreadable'; readonly because: string };

export interface CopyReader {
  /**
   * Reads one copy. Ends when nothing was heard of it for `silenceMs` at the latest; files that
   * were read before are reported on the way.
   * @param tell receives each file as soon as it is known
   */
  read(request: CopyRequest, tell: (name: string, found: FileOnServer) => void): Promise<CopyReading>;
  /** The process that new reads go to, if there is one. */
  pid(): number | null;
  close(): void;
}

/** The first word of the process: from now on silence is that of a share. */
const isUp = 'up';

/** Each copy is read by one thread of the process at a time. */
const threads = 64;

interface Reading {
  heard(told: Told | 'processEnded'): void;
}

interface Hands {
  readonly process: ChildProcess;
  readonly readings: Map<number, Reading>;
  /** Never sent when the process cannot be started: its end is reported then. */
  readonly isUp: Promise<void>;
  isRetired: boolean;
}

/**
 * Reads copies in a process of its own: a share that hangs occupies a thread, and no program can
 * take that thread back. A process with a read that hangs gets no further reads. It is killed as
 * soon as its other reads have ended.
 */
export function openCopyReader(silenceMs: number): CopyReader {
  let hands: Hands | null = null;
  let last = 0;
  const current = (): Hands => (hands = hands === null || hands.isRetired ? newHands() : hands);
  return {
    read: (request, tell) => {
      const mine = current();
      const { process: reader, readings } = mine;
      const id = (last += 1);
      return new Promise((resolve) => {
        const files: Record<string, FileOnServer> = {};
        const end = (reading: CopyReading, isHanging = false): void => {
          clearTimeout(timer);
          readings.delete(id);
          if (isHanging) mine.isRetired = true;
          if (mine.isRetired && readings.size === 0) reader.kill('SIGKILL');
          resolve(reading);
        };
        const silent = `nothing was heard of it for ${Math.round(silenceMs / 1_000)} s`;
        const hangs = (): void => end({ kind: 'unreadable', because: silent }, true);
        let timer: NodeJS.Timeout | undefined;
        void mine.isUp.then(() => {
          if (readings.has(id)) timer = setTimeout(hangs, silenceMs);
        });
        readings.set(id, {
          heard: (told) => {
            if (told === 'processEnded')
              return end({ kind: 'unreadable', because: 'the process that read it has ended' });
            if ('ended' in told)
              return end(
                told.ended === null ? { kind: 'read', files } : { kind: 'unreadable', because: told.ended },
              );
            timer?.refresh();
            files[told.name] = told.found;
            tell(told.name, told.found);
          },
        });
        reader.send({ id, ...request }, () => undefined);
      });
    },
    pid: () => hands?.process.pid ?? null,
    close: () => void hands?.process.kill('SIGKILL'),
  };
}

function newHands(): Hands {
  const reader = fork(new URL('reader-process.ts', import.meta.url), {
    env: {
      ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
      UV_THREADPOOL_SIZE: String(threads),
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const up = Promise.withResolvers<void>();
  const hands: Hands = { process: reader, readings: new Map(), isUp: up.promise, isRetired: false };
  reader.on('message', (told: Told | typeof isUp) => {
    if (told === isUp) up.resolve();
    else hands.readings.get(told.id)?.heard(told);
  });
  const ended = (): void => {
    hands.isRetired = true;
    for (const reading of hands.readings.values()) reading.heard('processEnded');
  };
  reader.on('exit', ended);
  reader.on('error', ended);
  // It does not keep this process alive.
  reader.unref();
  reader.channel?.unref();
  return hands;
}
