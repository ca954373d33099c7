import type { Logger } from 'pino';

const everyMs = 60_000;

/**
 * Logs refused check-ins, once a minute at most: any caller can cause them, and must not be able
 * to fill the log.
 */
export class Refusals {
  readonly #log: Logger;
  #count = 0;
  #quietUntil = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param client the name it gave: an id, or cut so that it cannot fill the log */
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
