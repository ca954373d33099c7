import type { Logger } from 'pino';
import type { AccessRecords } from '../../../shared/store/access-store.ts';
import type { OperatorStore } from '../../../shared/store/store.ts';
import { SharedReads } from '../shared-reads.ts';

/** Real time for which the records are used without a question to Redis. */
const freshMs = 500;
/** Real time after which they are read again, even if their version is the same. */
const rereadMs = 60_000;
/** A use is written at most so often for each token and session. */
const noteEveryMs = 60_000;

type Store = Pick<OperatorStore, 'accessVersion' | 'readAccess' | 'noteUse' | 'checkRecords'>;

/**
 * The tokens and sessions as this orchestrator knows them: never older than half a second, so that
 * what is revoked anywhere is refused everywhere within a second. A request costs at most one
 * command of Redis, and requests at the same time share it.
 */
export class KnownAccess {
  readonly #store: Store;
  readonly #realNow: () => number;
  readonly #log: Logger;
  #known: { readonly records: AccessRecords; freshUntil: number; readonly rereadAt: number } | null = null;
  #asking: Promise<AccessRecords> | null = null;
  readonly #newest = new SharedReads<AccessRecords>();
  #forgotten = 0;
  /** The last use of each token and session at this orchestrator. */
  readonly #used = new Map<string, number>();
  readonly #noted = new Map<string, number>();

  /** @param realNow the clock of expiries and uses */
  constructor(store: Store, realNow: () => number, log: Logger) {
    this.#store = store;
    this.#realNow = realNow;
    this.#log = log;
  }

  /** Throws `StoreUnavailable` and `RecordsGone`: what cannot be checked is not believed. */
  async records(): Promise<AccessRecords> {
    if (this.#known !== null && performance.now() < this.#known.freshUntil) return this.#known.records;
    this.#asking ??= this.#ask();
    try {
      return await this.#asking;
    } finally {
      this.#asking = null;
    }
  }

  /**
   * The records as they are now, for a secret that is not known: another orchestrator may have made
   * it a moment ago. Asks for their version, and callers at the same time share the answer.
   */
  newest(): Promise<AccessRecords> {
    return this.#newest.ask('', () => this.#ask());
  }

  /** The records as they are at this moment. */
  reread(): Promise<AccessRecords> {
    this.forget();
    return this.records();
  }

  /** Something was changed here: the next question goes to Redis. */
  forget(): void {
    this.#known = null;
    this.#asking = null;
    this.#forgotten += 1;
  }

  async #ask(): Promise<AccessRecords> {
    const [asked, forgotten, known] = [performance.now(), this.#forgotten, this.#known];
    if (known !== null && asked < known.rereadAt) {
      if ((await this.#store.accessVersion()) === known.records.version) {
        known.freshUntil = asked + freshMs;
        return known.records;
      }
    }
    const records = await this.#store.readAccess();
    // An emptied Redis knows no token, and that is not the fault of the caller.
    if (records.tokens.length === 0) await this.#store.checkRecords();
    if (forgotten === this.#forgotten)
      this.#known = { records, freshUntil: asked + freshMs, rereadAt: asked + rereadMs };
    this.#forgetUnused(records);
    return records;
  }

  #forgetUnused({ tokens, sessions }: AccessRecords): void {
    const there = new Set([...tokens, ...sessions].map(({ id }) => id));
    for (const id of this.#used.keys())
      if (!there.has(id)) {
        this.#used.delete(id);
        this.#noted.delete(id);
      }
  }

  /** Notes a use of a token or a session, and writes it once a minute. */
  use(id: string): void {
    const now = this.#realNow();
    this.#used.set(id, now);
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    this.#noted.set(id, now);
    this.#store
      .noteUse(id, now)
      .catch((error: unknown) => this.#log.debug({ error }, 'the use of a token is not written'));
  }

  /** The last use that is known, here or elsewhere; null = none. */
  lastUse(id: string, { uses }: AccessRecords): number | null {
    const known = [this.#used.get(id), uses.get(id)].filter((at) => at !== undefined);
    return known.length === 0 ? null : Math.max(...known);
  }
}
