import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../shared/errors.ts';
import type { LabProcess } from '../process.ts';
import type { Blow, Role } from './plan.ts';

/** Reports something that must not happen to a process, in plain words. */
export type Complain = (what: string) => void;

const tryAgainMs = 300;
const startDeadlineMs = 180_000;

/**
 * One process of the installation that is struck and started again, as by a supervisor: `start` is
 * called until the process runs. An end without a stroke is reported.
 */
export class Player {
  readonly role: Role;
  readonly name: string;
  readonly #start: () => Promise<LabProcess>;
  readonly #complain: Complain;
  /**
   * Whether a start may fail now because Redis is unavailable. Then it is repeated and not
   * reported.
   */
  readonly #mayFail: () => boolean;
  #process: LabProcess | null = null;
  #struck = false;
  #closing = false;

  constructor(parts: {
    readonly role: Role;
    readonly name: string;
    readonly start: () => Promise<LabProcess>;
    readonly complain: Complain;
    readonly mayFail: () => boolean;
  }) {
    this.role = parts.role;
    this.name = parts.name;
    this.#start = parts.start;
    this.#complain = parts.complain;
    this.#mayFail = parts.mayFail;
  }

  /** The process runs and is not being struck. */
  get isFree(): boolean {
    return this.#process !== null && !this.#struck;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get process(): LabProcess | null {
    return this.#process;
  }

  async start(): Promise<void> {
    const deadline = Date.now() + startDeadlineMs;
    while (!this.#closing) {
      try {
        const started = await this.#start();
        this.#process = started;
        void started.ended.then((end) => this.#ended(started, end));
        return;
      } catch (error) {
        if (!this.#mayFail()) this.#complain(`${this.name} did not start: ${messageOf(error)}`);
        if (Date.now() > deadline) throw error;
        await delay(tryAgainMs);
      }
    }
  }

  /** Strikes the process and starts it again. Resolves when it runs. */
  async strike({ kind, forMs }: Blow): Promise<void> {
    const struck = this.#process;
    if (struck === null) return;
    this.#struck = true;
    if (kind === 'freeze') {
      struck.kill('SIGSTOP');
      await delay(forMs);
      struck.kill('SIGCONT');
    } else {
      await this.#end(struck, kind);
      await delay(forMs);
      await this.start();
    }
    this.#struck = false;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#struck = true;
    const last = this.#process;
    if (last !== null) await this.#end(last, 'term');
  }

  async #end(struck: LabProcess, kind: 'kill' | 'term'): Promise<void> {
    const excused = this.#mayFail();
    this.#process = null;
    if (kind === 'kill') struck.kill('SIGKILL');
    else await struck.stop();
    const { code, signal } = await struck.ended;
    const isClean = kind === 'kill' || code === 0 || excused || this.#mayFail();
    if (!isClean)
      this.#complain(`${this.name} was asked to stop and ended with ${code ?? signal ?? 'nothing'}`);
  }

  #ended(which: LabProcess, { code, signal }: Awaited<LabProcess['ended']>): void {
    if (this.#struck || this.#closing || this.#process !== which) return;
    this.#process = null;
    this.#complain(`${this.name} ended by itself with ${code ?? signal ?? 'nothing'}`);
    void this.start().catch((error: unknown) => this.#complain(messageOf(error)));
  }
}
