import { type Signal, signal } from '@preact/signals';
import type { ApiProblem } from './problem.ts';

/** The answer of one path, and who shows it. */
export interface Entry {
  readonly path: string;
  readonly everyMs: number;
  readonly value: Signal<unknown>;
  readonly problem: Signal<ApiProblem | null>;
  text: string;
  readers: number;
  /** When it was asked last; real time. */
  askedAt: number;
  isAsked: boolean;
  waiting: { readonly value: unknown } | null;
}

/** A screen that is opened again within this time shows what was known. */
const keptMs = 60_000;

/** The answers that are on the screen, or were a moment ago. */
export class Entries {
  readonly #entries = new Map<string, Entry>();

  get(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  watched(): readonly Entry[] {
    return this.all().filter(({ readers }) => readers > 0);
  }

  /** Adds a reader; the first one of a path has it asked. */
  open(path: string, everyMs: number): Entry {
    const entry = this.#entries.get(path) ?? newEntry(path, everyMs);
    this.#entries.set(path, entry);
    entry.readers += 1;
    return entry;
  }

  /** Takes a reader away; an answer without readers is forgotten later. */
  release(entry: Entry): void {
    entry.readers -= 1;
    setTimeout(() => {
      // Not where the path has been opened again meanwhile, by this entry or by a new one.
      if (entry.readers === 0 && this.#entries.get(entry.path) === entry) this.#entries.delete(entry.path);
    }, keptMs);
  }
}

const newEntry = (path: string, everyMs: number): Entry => ({
  path,
  everyMs,
  value: signal<unknown>(null),
  problem: signal<ApiProblem | null>(null),
  text: '',
  readers: 0,
  askedAt: 0,
  isAsked: false,
  waiting: null,
});
