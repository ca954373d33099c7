import type { Logger } from 'pino';
import { ok, type Fault, type Result } from '../../shared/errors.ts';
import type { Config } from '../../shared/config.ts';
import { Followed } from '../followed.ts';
import { readNotifyFile } from './read-settings.ts';
import type { NotifySettings } from './settings.ts';

/** Real time between two looks at the file: what is written there holds that soon. */
const lookEveryMs = 10_000;

/**
 * The settings of notifications, which follow their file: what is written there holds without a
 * restart. A file that cannot be used leaves the settings of before in force, and `trouble` says
 * why.
 */
export class LiveNotifySettings implements NotifySettings {
  readonly #followed: Followed<NotifySettings>;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    file: string,
    first: NotifySettings,
    log: Pick<Logger, 'info' | 'warn'>,
    everyMs: number,
  ) {
    this.#log = log;
    this.#followed = new Followed(first, {
      read: () => readNotifyFile(file),
      isSame: (before, now) => JSON.stringify(before) === JSON.stringify(now),
      onTrouble: (because) => log.warn({ because }, 'the settings of messages stay as they were'),
    });
    this.#timer = setInterval(() => this.look(), everyMs).unref();
  }

  /**
   * Reads the file that the setting SERVPACK_NOTIFY names; null = servpack notifies nobody.
   * @param everyMs real time between two looks at the file
   * @returns all faults of the file at once
   */
  static open(
    { notify }: Pick<Config, 'notify'>,
    log: Pick<Logger, 'info' | 'warn'>,
    everyMs = lookEveryMs,
  ): Result<LiveNotifySettings | null, Fault> {
    if (notify === null) return ok(null);
    const first = readNotifyFile(notify);
    return first.ok ? ok(new LiveNotifySettings(notify, first.value, log, everyMs)) : first;
  }

  /** Why the file cannot be used now; null = what it says is in force. */
  get trouble(): string | null {
    return this.#followed.trouble;
  }

  get link(): string | null {
    return this.#followed.value.link;
  }

  get gatherMs(): number {
    return this.#followed.value.gatherMs;
  }

  get destinations(): NotifySettings['destinations'] {
    return this.#followed.value.destinations;
  }

  /** Reads the file again. */
  look(): void {
    if (this.#followed.look() !== 'changed') return;
    const destinations = this.destinations.map(({ name }) => name);
    this.#log.info({ destinations }, 'the settings of messages were read again');
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
