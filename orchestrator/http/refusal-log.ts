import type { Logger } from 'pino';

const logEveryMs = 60_000;

export interface Refused {
  /** The client or the route that the request names. It is cut so that it cannot fill the log. */
  readonly named: string;
  /** The address of the connection; headers that name another one are not believed. */
  readonly from: string | undefined;
}

/**
 * Logs refused requests of one kind, once a minute at most: any caller can cause them, and must not
 * be able to fill the log. The next line says how many there were since.
 */
export class RefusalLog {
  readonly #log: Logger;
  readonly #kind: string;
  readonly #name: string;
  #count = 0;
  #quietUntil = 0;

  /**
   * @param kind the message of the line, such as `check-ins without their token`
   * @param name the field of what the request names
   */
  constructor(log: Logger, kind: string, name: 'client' | 'route') {
    this.#log = log;
    this.#kind = kind;
    this.#name = name;
  }

  note({ named, from }: Refused): void {
    this.#count += 1;
    const now = performance.now();
    if (now < this.#quietUntil) return;
    this.#log.warn({ refused: this.#count, [this.#name]: named.slice(0, 63), from }, this.#kind);
    this.#count = 0;
    this.#quietUntil = now + logEveryMs;
  }
}
