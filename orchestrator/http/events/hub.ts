import type { OrchestratorContext } from '../../context.ts';
import { type EventFigures, eventFigures } from '../../metrics/count-events.ts';
import type { Changes } from '../../../shared/store/change-store.ts';
import { audienceKey, beatFrame, framesOf, type EventBatch, resetFrame } from './frames.ts';
import { BatchReader } from './batch-reader.ts';
import type { Missed } from './missed.ts';
import { type Position, textOfPosition } from './position.ts';
import type { EventStream } from './stream.ts';
import { ChangeWindow } from './window.ts';

/** The least real time between two sendings: no campaign is read more often. */
const paceMs = 1_000;
/** What comes at once is sent together. */
const gatherMs = 20;
const beatEveryMs = 10_000;

const incomplete = { because: 'events are missing; read everything again' };

/**
 * Reads what has changed once for all readers of this process, at most once a second, and sends the
 * same bytes to all that want the same. Without a reader it notes where the audit stands, and asks
 * Redis nothing. It follows the changes that wake the rounds, also on a standby.
 */
export class EventHub {
  readonly #log: OrchestratorContext['log'];
  readonly #window: ChangeWindow;
  readonly #batches: BatchReader;
  readonly #figures: EventFigures;
  readonly #realNow: () => number;
  /** Streams that know everything up to `#sent`. */
  readonly #live = new Set<EventStream>();
  /** Streams that miss something, which is read for each of them. */
  readonly #joining = new Set<EventStream>();
  #sent: Position | null = null;
  #sentAt = -Infinity;
  #beatAt = -Infinity;
  #wakesAt = Infinity;
  /** Counts how often the last reader has left: what was gathered before that is forgotten. */
  #audience = 0;
  #isRunning = false;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  #seconds: NodeJS.Timeout | undefined;

  /** @param shards how many there are */
  constructor(context: OrchestratorContext, shards: number) {
    this.#log = context.log;
    this.#window = new ChangeWindow(shards);
    this.#batches = new BatchReader(context);
    this.#figures = eventFigures(context.metrics);
    this.#realNow = () => context.clock.realNow();
  }

  get size(): number {
    return this.#live.size + this.#joining.size;
  }

  /**
   * A place in the audit: what is read after this call holds everything up to it. Null before every
   * shard has answered.
   */
  position(): string | null {
    return this.#sent === null ? null : textOfPosition(this.#sent);
  }

  /** Takes the answer of a shard: a `ChangeListener`. */
  note(shard: number, found: Changes, isFirst: boolean): void {
    if (this.size === 0) {
      this.#window.pass(shard, found);
      this.#sent = this.#window.newest;
      return;
    }
    this.#window.note(shard, found, isFirst);
    this.#sent ??= this.#window.newest;
    if (isFirst || found.changes.length > 0) this.#wake(this.#dueInMs());
  }

  /** Serves a stream until it closes. */
  connect(stream: EventStream, closed: Promise<unknown>): void {
    this.#seconds ??= setInterval(() => this.#second(), 1_000).unref();
    this.#joining.add(stream);
    this.#figures.streams(this.size);
    void closed.then(() => this.#remove(stream));
    this.#wake(0);
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of this.#all()) {
      stream.end();
      this.#remove(stream);
    }
  }

  #all(): readonly EventStream[] {
    return [...this.#live, ...this.#joining];
  }

  #remove(stream: EventStream): void {
    this.#live.delete(stream);
    this.#joining.delete(stream);
    this.#figures.streams(this.size);
    if (this.size > 0) return;
    clearInterval(this.#seconds);
    clearTimeout(this.#timer);
    this.#seconds = undefined;
    this.#wakesAt = Infinity;
    this.#audience += 1;
    this.#window.take();
    this.#batches.forget();
    this.#sent = this.#window.newest;
  }

  /** How long until what has been gathered may be sent. */
  #dueInMs(): number {
    return Math.max(gatherMs, this.#sentAt + paceMs - performance.now());
  }

  /** Runs then, unless a run comes before. */
  #wake(inMs: number): void {
    const at = performance.now() + inMs;
    if (at >= this.#wakesAt) return;
    this.#wakesAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), inMs).unref();
  }

  /** Serves new streams, and sends the gathered changes once a second has passed. */
  async #run(): Promise<void> {
    this.#wakesAt = Infinity;
    // The run under way looks again when it has ended.
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      if (performance.now() - this.#sentAt >= paceMs) await this.#send();
      await this.#joinAll();
      if (this.#isFailing) this.#log.info('readers of events are served again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.warn({ error }, 'readers of events are not served; tries again');
      this.#isFailing = true;
    }
    this.#isRunning = false;
    if (this.size > 0 && (this.#window.isNews || this.#joining.size > 0)) this.#wake(this.#dueInMs());
  }

  async #send(): Promise<void> {
    const from = this.#sent;
    const gathered = this.#window.take();
    if (gathered === null || from === null) return;
    this.#sentAt = performance.now();
    const audience = this.#audience;
    try {
      const readers = this.#all().map(({ reader }) => reader);
      const { batch, later } = await this.#batches.next(from, gathered, readers);
      if (audience !== this.#audience) return;
      for (const campaign of later) this.#window.noteCampaign(campaign);
      this.#sent = gathered.to;
      if (batch === null) for (const stream of this.#live) reset(stream, gathered.to);
      else this.#spread(batch);
    } catch (error) {
      if (audience === this.#audience) this.#window.putBack(gathered);
      throw error;
    }
  }

  /** Writes the same bytes to all that want and may see the same. */
  #spread(batch: EventBatch): void {
    const made = new Map<string, Buffer>();
    const changed = batch.heads.map(({ campaign }) => campaign);
    this.#figures.lag(batch.to, this.#realNow());
    for (const stream of this.#live) {
      const key = audienceKey(stream.reader);
      const bytes = made.get(key) ?? Buffer.from(framesOf(batch, stream.reader));
      made.set(key, bytes);
      stream.send(bytes, batch.to, changed);
      this.#figures.sent(stream.missed === null);
    }
  }

  async #joinAll(): Promise<void> {
    const known = new Map<string, Promise<Missed>>();
    for (const stream of this.#joining) {
      const to = this.#sent;
      if (to === null) return;
      const from = stream.position ?? to;
      const text = textOfPosition(from);
      const missing = known.get(text) ?? this.#batches.missed(from, to);
      known.set(text, missing);
      await this.#join(stream, from, to, await missing);
    }
  }

  async #join(stream: EventStream, from: Position, to: Position, missed: Missed): Promise<void> {
    // Another orchestrator has said a position that this one comes to within a moment.
    if (missed.is === 'ahead') return;
    const changed = stream.missed ?? [];
    const batch =
      missed.is === 'gone' ? null : await this.#batches.catchUp(from, to, stream.reader, missed, changed);
    // It may have closed meanwhile, or every reader has, and what was gathered is forgotten.
    if (to !== this.#sent || !this.#joining.delete(stream)) return;
    stream.missed = null;
    this.#live.add(stream);
    if (batch === null) reset(stream, to);
    else stream.send(Buffer.from(framesOf(batch, stream.reader)), to, []);
  }

  #second(): void {
    const now = performance.now();
    for (const stream of this.#all()) stream.check(now);
    for (const stream of this.#live)
      if (stream.hasCaughtUp) {
        this.#live.delete(stream);
        this.#joining.add(stream);
      }
    const readers = this.#all().map(({ reader }) => reader);
    for (const campaign of this.#batches.aged(readers, now)) this.#window.noteCampaign(campaign);
    if (this.#window.isNews || this.#joining.size > 0) this.#wake(this.#dueInMs());
    if (now - this.#beatAt < beatEveryMs) return;
    this.#beatAt = now;
    if (this.#window.takeLeftOut()) this.#window.noteCampaign('');
    this.#beat();
  }

  #beat(): void {
    if (this.#sent === null) return;
    const bytes = Buffer.from(beatFrame(this.#sent));
    for (const stream of this.#live) stream.send(bytes, this.#sent, []);
  }
}

function reset(stream: EventStream, to: Position): void {
  stream.send(Buffer.from(resetFrame(to, incomplete)), to, []);
}
