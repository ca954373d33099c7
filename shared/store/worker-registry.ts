/** A worker process, as it says itself. */
export interface WorkerFacts {
  /** No two processes share one. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Of servpack. */
  readonly version: string;
  /** Of Node. */
  readonly node: string;
  /** How it reaches clients, without addresses. */
  readonly gateway: string;
  /** How many it drives at once. */
  readonly upgrades: number;
  readonly remediations: number;
  /** Real time by its own clock. */
  readonly since: number;
}

export interface SeenWorker extends WorkerFacts {
  /** Whether it was heard of within the time it gave. */
  readonly isAlive: boolean;
  /** Real milliseconds since it was heard of last. */
  readonly silentMs: number;
  /** Real milliseconds by which its clock was ahead of that of Redis when it was heard of. */
  readonly aheadMs: number;
}

/** Who works here. Nothing rests on it: leases say who drives what. */
export interface WorkerRegistry {
  /**
   * @param now real time by the worker's own clock
   * @param goodForMs real milliseconds after which it is taken for gone unless it says so again
   */
  announceWorker(worker: WorkerFacts, now: number, goodForMs: number): Promise<void>;
  dismissWorker(name: string): Promise<void>;
  /** By name; those that are gone without a word for an hour at most. */
  workers(): Promise<readonly SeenWorker[]>;
}

/** Who has gone without a word is remembered so long, in real milliseconds. */
export const rememberedMs = 3_600_000;
