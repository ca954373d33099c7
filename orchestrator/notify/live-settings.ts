import type { Logger } from 'pino';
import { ok, type Fault, type Result } from '../../shared/errors.ts';
import type { Config } from '../../shared/config.ts';
import { readNotifySettings } from './read-settings.ts';
import type { NotifySettings } from './settings.ts';

/** Real time between two looks at the file: what is written there holds that soon. */
const lookEveryMs = 10_000;

/**
 * The settings of notifications, which follow their file: what is written there holds without a
 * restart. A file that cannot be used leaves the settings of before in force, and `trouble` says
 * why.
 */
export class LiveNotifySettings implements NotifySettings {
  /** Why the file cannot be used now; null = what it says is in force. */
  trouble: string | null = null;
  #settings: NotifySettings;
  readonly #read: () => Result<NotifySettings | null, Fault>;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    first: NotifySettings,
    read: () => Result<NotifySettings | null, Fault>,
    log: Pick<Logger, 'info' | 'warn'>,
    everyMs: number,
  ) {
    this.#settings = first;
    this.#read = read;
    this.#log = log;
    this.#timer = setInterval(() => this.look(), everyMs).unref();
  }

  /**
   * Reads the file that the setting SERVPACK_NOTIFY names; null = servpack notifies nobody.
   * @param everyMs real time between two looks at the file
   * @returns all faults of the file at once
   */
  static open(
    config: Pick<Config, 'notify'>,
    log: Pick<Logger, 'info' | 'warn'>,
    everyMs = lookEveryMs,
  ): Result<LiveNotifySettings | null, Fault> {
    const read = (): Result<NotifySettings | null, Fault> => readNotifySettings(config);
    const first = read();
    if (!first.ok) return first;
    return ok(first.value === null ? null : new LiveNotifySettings(first.value, read, log, everyMs));
  }

  get link(): string | null {
    return this.#settings.link;
  }

  get gatherMs(): number {
    return this.#settings.gatherMs;
  }

  get destinations(): NotifySettings['destinations'] {
    return this.#settings.destinations;
  }

  /** Reads the file again. */
  look(): void {
    const read = this.#read();
    if (!read.ok) {
      if (read.error.message !== this.trouble)
        this.#log.warn({ because: read.error.message }, 'the settings of messages stay as they were');
      this.trouble = read.error.message;
      return;
    }
    this.trouble = null;
    if (read.value === null || JSON.stringify(read.value) === JSON.stringify(this.#settings)) return;
    this.#settings = read.value;
    const destinations = read.value.destinations.map(({ name }) => name);
    this.#log.info({ destinations }, 'the settings of messages were read again');
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
