import type { ServerResponse } from 'node:http';
import { AuthorityCheck } from '../access/authority-check.ts';
import type { Audience } from './frames.ts';
import type { Position } from './position.ts';

/** Who reads, and until when. */
export interface Reader extends Audience {
  /** Whether the reader has not lost the right to read since; asked again and again. */
  mayStillRead(): Promise<boolean>;
}

/** With more unsent, a reader gets nothing but the newest heads once it has caught up. */
const unsentAtMost = 256 * 1024;
/** Real time after which a reader that takes nothing is cut off. */
const stalledMs = 15_000;

/** One open connection. Times are real milliseconds of one clock. */
export class EventStream {
  readonly reader: Reader;
  /** What this stream has been sent; null before the first event, when the reader named nothing. */
  position: Position | null;
  /** The campaigns that have changed since the reader fell behind; null while it has not. */
  missed: Set<string> | null = null;
  readonly #response: ServerResponse;
  #written = 0;
  #taken = 0;
  #takenAt: number;
  readonly #authority: AuthorityCheck;
  #isEnded = false;

  /** @param from where the reader goes on; null = it reads from now on */
  constructor(response: ServerResponse, reader: Reader, from: Position | null, now: number) {
    this.#response = response;
    this.reader = reader;
    this.position = from;
    this.#takenAt = now;
    this.#authority = new AuthorityCheck(() => reader.mayStillRead());
  }

  get isOpen(): boolean {
    return !this.#isEnded && !this.#response.destroyed;
  }

  /** Whether a reader that fell behind has taken everything. */
  get hasCaughtUp(): boolean {
    return this.missed !== null && this.#response.writableLength === 0;
  }

  /**
   * Sends what brings the reader to this position. A reader that is too far behind is not sent it;
   * it gets what it has missed when it has taken the rest.
   * @param changed the campaigns of which the bytes tell
   */
  send(bytes: Uint8Array, position: Position, changed: Iterable<string>): void {
    if (!this.isOpen) return;
    if (this.missed === null && this.#response.writableLength > unsentAtMost) this.missed = new Set();
    if (this.missed !== null) {
      for (const campaign of changed) this.missed.add(campaign);
      return;
    }
    this.position = position;
    this.#write(bytes);
  }

  /** The first bytes: a comment, and how long a browser waits before it comes again. */
  open(text: string): void {
    this.#write(Buffer.from(text));
  }

  #write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    this.#response.write(bytes);
  }

  /** Called every second: cuts off a reader that takes nothing, and one that may not read. */
  check(now: number): void {
    if (!this.isOpen) return;
    const taken = this.#written - this.#response.writableLength;
    if (taken !== this.#taken || this.#response.writableLength === 0) this.#takenAt = now;
    this.#taken = taken;
    if (now - this.#takenAt >= stalledMs) this.#response.destroy();
    void this.#authority.isLost().then((isLost) => isLost && this.end());
  }

  /** Ends the stream; bytes that the reader does not take are dropped. */
  end(): void {
    if (!this.isOpen) return;
    this.#isEnded = true;
    if (this.#response.writableLength > 0) this.#response.destroy();
    else this.#response.end(() => this.#response.destroy());
  }
}
