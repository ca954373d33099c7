import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Api } from './api.ts';
import { type ApiProblem, isLost } from './problem.ts';

/** An answer that is kept as it is now. */
export interface Live<T> {
  /** Null until the first answer. Stays when the connection is lost. */
  readonly value: ReadonlySignal<T | null>;
  /** Why there is no answer; null when the last request succeeded. */
  readonly problem: ReadonlySignal<ApiProblem | null>;
}

/** Whether what is on the screen is how things stand. Times are real, in milliseconds. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly at: number }
  | { readonly state: 'lost'; readonly since: number; readonly retryAt: number };

export interface LiveData {
  readonly connection: ReadonlySignal<Connection>;
  /** Null = the view goes on; else since when it stands still, and how many answers wait. */
  readonly frozen: ReadonlySignal<{ readonly since: number; readonly changes: number } | null>;
  freeze(on: boolean): void;
  /**
   * Keeps the answer of a path until `release` is called. Everyone who asks shares one request.
   * @param everyMs how often it is asked; what changes seldom is asked seldom
   */
  watch<T>(path: string, everyMs?: number): { readonly live: Live<T>; readonly release: () => void };
  /** Asks everything again now: after a change, and when the reader comes back. */
  refresh(): Promise<void>;
  stop(): void;
}

interface Entry {
  readonly path: string;
  readonly value: Signal<unknown>;
  readonly problem: Signal<ApiProblem | null>;
  text: string;
  readers: number;
  readonly everyMs: number;
  /** When it was asked last; real time. */
  askedAt: number;
  waiting: { readonly value: unknown } | null;
}

const usualMs = 2_000;
const lostAfter = 2;
const backOffMs = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;

/**
 * Asks what is on the screen again and again, and says honestly when no answer comes.
 * @param onSignedOut called when the orchestrator does not know the reader any longer
 */
export function openLiveData(api: Api, onSignedOut: () => void): LiveData {
  const entries = new Map<string, Entry>();
  const connection = signal<Connection>({ state: 'connecting' });
  const frozen = signal<{ since: number; changes: number } | null>(null);
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  async function read(entry: Entry): Promise<ApiProblem | null> {
    entry.askedAt = Date.now();
    const asked = await api.get(entry.path);
    if (!asked.ok) {
      entry.problem.value = asked.problem;
      if (asked.problem.status === 401) onSignedOut();
      return asked.problem;
    }
    const text = JSON.stringify(asked.value);
    batch(() => {
      entry.problem.value = null;
      if (text === entry.text) return;
      entry.text = text;
      if (frozen.value === null || entry.value.peek() === null) entry.value.value = asked.value;
      else {
        entry.waiting = { value: asked.value };
        frozen.value = { ...frozen.value, changes: frozen.value.changes + 1 };
      }
    });
    return null;
  }

  async function round(isAll: boolean): Promise<void> {
    const begun = Date.now();
    const watched = [...entries.values()].filter(
      ({ readers, askedAt, everyMs, problem }) =>
        readers > 0 && (isAll || problem.value !== null || begun - askedAt >= everyMs - usualMs / 2),
    );
    if (watched.length === 0) return;
    const problems = await Promise.all(watched.map(read));
    const lost = problems.some((problem) => problem !== null && isLost(problem));
    const now = Date.now();
    failures = lost ? failures + 1 : 0;
    if (!lost) connection.value = { state: 'live', at: now };
    else if (failures >= lostAfter) {
      const before = connection.value;
      const since = before.state === 'lost' ? before.since : before.state === 'live' ? before.at : now;
      connection.value = { state: 'lost', since, retryAt: now + waitMs() };
    }
  }

  const waitMs = (): number => {
    if (failures < lostAfter) return usualMs;
    const wait = backOffMs[Math.min(failures - lostAfter, backOffMs.length - 1)] ?? usualMs;
    return wait * (0.75 + Math.random() / 2);
  };

  function plan(): void {
    clearTimeout(timer);
    const { value } = connection;
    const inMs = value.state === 'lost' ? Math.max(0, value.retryAt - Date.now()) : usualMs;
    if (!isStopped) timer = setTimeout(() => void turn(), inMs);
  }

  async function turn(isAll = false): Promise<void> {
    // Nobody looks at a hidden page: it asks again as soon as somebody does.
    if (document.visibilityState === 'visible') await round(isAll);
    plan();
  }

  const onVisible = (): void => {
    if (document.visibilityState === 'visible') void turn(true);
  };
  document.addEventListener('visibilitychange', onVisible);
  plan();

  return {
    connection,
    frozen,
    freeze: (on) =>
      batch(() => {
        frozen.value = on ? { since: Date.now(), changes: 0 } : null;
        if (on) return;
        for (const entry of entries.values()) {
          if (entry.waiting !== null) entry.value.value = entry.waiting.value;
          entry.waiting = null;
        }
      }),
    watch: <T>(path: string, everyMs = usualMs) => {
      const found = entries.get(path);
      const entry: Entry = found ?? {
        path,
        value: signal<unknown>(null),
        problem: signal<ApiProblem | null>(null),
        text: '',
        readers: 0,
        everyMs,
        askedAt: 0,
        waiting: null,
      };
      entries.set(path, entry);
      entry.readers += 1;
      if (entry.readers === 1)
        void read(entry).then((problem) => {
          if (problem === null && connection.value.state === 'connecting')
            connection.value = { state: 'live', at: Date.now() };
        });
      return {
        live: { value: entry.value as Signal<T | null>, problem: entry.problem },
        release: () => {
          entry.readers -= 1;
          // A screen that is opened again shows what was known, and is fresh within a moment.
          setTimeout(() => void (entry.readers === 0 && entries.delete(path)), 60_000);
        },
      };
    },
    refresh: async () => {
      await round(true);
      plan();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}
