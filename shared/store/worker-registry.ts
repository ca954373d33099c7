/** A worker process, as it describes itself. */
export interface WorkerFacts {
  /** No two processes share one. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Of servpack. */
  readonly version: string;
  /** Of Node. */
  readonly node: string;
  /** How the worker reaches clients, without addresses. */
  readonly gateway: string;
  /** How many upgrades and procedures it drives at once. */
  readonly upgrades: number;
  readonly remediations: number;
  /** Real time by the worker's own clock. */
  readonly since: number;
  /** Only while the worker cannot write its log; `because` is the system's word. */
  readonly log?: { readonly lostLines: number; readonly because: string };
}

export interface SeenWorker extends WorkerFacts {
  /** The worker has reported within the time that it gave. */
  readonly isAlive: boolean;
  /** Real milliseconds since the worker's last report. */
  readonly silentMs: number;
  /** Real milliseconds by which the worker's clock was ahead of Redis's at that report. */
  readonly aheadMs: number;
}

/** The worker processes. Nothing depends on this list: leases decide who drives what. */
export interface WorkerRegistry {
  /**
   * @param now real time by the worker's own clock
   * @param goodForMs real milliseconds after which the worker counts as gone without another report
   */
  announceWorker(worker: WorkerFacts, now: number, goodForMs: number): Promise<void>;
  dismissWorker(name: string): Promise<void>;
  /** When the last worker was dismissed, in real milliseconds ago; null = none ever was. */
  sinceDismissalMs(): Promise<number | null>;
  /** By name. Workers that are gone without a dismissal are listed for an hour. */
  workers(): Promise<readonly SeenWorker[]>;
}

/** How often a worker reports, in real milliseconds. */
export const reportEveryMs = 10_000;

/** Real milliseconds for which a worker that is gone without a dismissal is remembered. */
export const rememberedMs = 3_600_000;
