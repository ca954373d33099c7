import { type ChildProcess, fork } from 'node:child_process';
import type { FileOnServer } from '../../../shared/domain/campaign/copies.ts';
import type { CopyRequest } from './read-copy.ts';
import type { ReaderMessage } from './reader-process.ts';

/** What was found of a copy; `unreadable` says why nothing is knreader. */
export type CopyReading =
  | { readonly kind: 'read'; readonly files: Readonly<Record<string, FileOnServer>> }
  | { readonly kind: 'unreadable'; readonly because: string };

/** Reads copies of releases. */
export interface CopyReader {
  /**
   * Reads one copy. Ends when nothing was heard of the copy for `silenceMs` at the latest; files
   * that were read before are reported on the way.
   * @param report is called for each file as soon as it is known
   */
  read(request: CopyRequest, report: (name: string, found: FileOnServer) => void): Promise<CopyReading>;
  /** The process that new reads go to, if there is one. */
  pid(): number | null;
  close(): void;
}

/** The first message of the process: from now on silence is that of a share. */
const isUp = 'up';

/** Threads of the process: each reads one copy at a time. */
const threads = 64;

/** A read under way. */
interface Reading {
  receive(message: ReaderMessage | 'processEnded'): void;
}

interface ReaderProcess {
  readonly process: ChildProcess;
  readonly readings: Map<number, Reading>;
  /** Never fulfilled when the process cannot be started: its end is reported then. */
  readonly isUp: Promise<void>;
  isRetired: boolean;
}

/**
 * Reads copies in a process of its own: a share that hangs occupies a thread, and no program can
 * take that thread back. A process with a read that hangs gets no further reads. It is killed as
 * soon as its other reads have ended.
 */
export function openCopyReader(silenceMs: number): CopyReader {
  let newest: ReaderProcess | null = null;
  let last = 0;
  const current = (): ReaderProcess => (newest = newest === null || newest.isRetired ? forkReader() : newest);
  return {
    read: (request, report) => {
      const reader = current();
      const { process: child, readings } = reader;
      const id = (last += 1);
      return new Promise((resolve) => {
        // Without a prototype: a file may be called `__proto__`.
        const files = Object.create(null) as Record<string, FileOnServer>;
        const end = (reading: CopyReading, isHanging = false): void => {
          clearTimeout(timer);
          readings.delete(id);
          if (isHanging) reader.isRetired = true;
          if (reader.isRetired && readings.size === 0) child.kill('SIGKILL');
          resolve(reading);
        };
        const silent = `nothing was heard of it for ${Math.round(silenceMs / 1_000)} s`;
        const hangs = (): void => end({ kind: 'unreadable', because: silent }, true);
        let timer: NodeJS.Timeout | undefined;
        void reader.isUp.then(() => {
          if (readings.has(id)) timer = setTimeout(hangs, silenceMs);
        });
        readings.set(id, {
          receive: (message) => {
            if (message === 'processEnded')
              return end({ kind: 'unreadable', because: 'the process that read it has ended' });
            if ('ended' in message)
              return end(
                message.ended === null
                  ? { kind: 'read', files }
                  : { kind: 'unreadable', because: message.ended },
              );
            timer?.refresh();
            files[message.name] = message.found;
            report(message.name, message.found);
          },
        });
        child.send({ id, ...request }, () => undefined);
      });
    },
    pid: () => newest?.process.pid ?? null,
    close: () => void newest?.process.kill('SIGKILL'),
  };
}

function forkReader(): ReaderProcess {
  const child = fork(new URL('reader-process.ts', import.meta.url), {
    env: {
      ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
      UV_THREADPOOL_SIZE: String(threads),
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const up = Promise.withResolvers<void>();
  const reader: ReaderProcess = { process: child, readings: new Map(), isUp: up.promise, isRetired: false };
  child.on('message', (message: ReaderMessage | typeof isUp) => {
    if (message === isUp) up.resolve();
    else reader.readings.get(message.id)?.receive(message);
  });
  const ended = (): void => {
    reader.isRetired = true;
    for (const reading of reader.readings.values()) reading.receive('processEnded');
  };
  child.on('exit', ended);
  child.on('error', ended);
  // The child does not keep this process alive.
  child.unref();
  child.channel?.unref();
  return reader;
}
