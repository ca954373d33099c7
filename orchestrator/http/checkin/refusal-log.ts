import type { Logger } from 'pino';

const everyMs = 60_000;

/** Tells the log of refused check-ins, once a minute at most: anyone can cause them, and a log must not be filled from outside. */
export class Refusals {
  readonly #log: Logger;
  #count = 0;
  #quietUntil = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param client as it called itself; an id, or shortened so that it can not fill the log either */
  note(client: string, from: string | undefined): void {
    this.#count += 1;
    const now = performance.now();
    if (now < this.#quietUntil) return;
    this.#log.warn(
      { refused: this.#count, client: client.slice(0, 63), from },
      'check-ins without their token',
    );
    this.#count = 0;
    this.#quietUntil = now + everyMs;
  }
}
