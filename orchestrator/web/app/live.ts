import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { EventEntries, EventEntry, EventHead } from '../../http/schemas/events.ts';
import type { Campaigns, Status } from './answers.ts';
import type { Api } from './api.ts';
import { Entries, type Entry } from './entries.ts';
import { type ApiProblem, isLost } from './problem.ts';
import { followStream, type StreamSign } from './stream.ts';

/** An answer that is kept as it is now. */
export interface Live<T> {
  /** Null until the first answer. Stays when the connection is lost. */
  readonly value: ReadonlySignal<T | null>;
  /** Why there is no answer; null when the last request succeeded. */
  readonly problem: ReadonlySignal<ApiProblem | null>;
}

/** Whether what is on the screen is how things stand. Times are real, in milliseconds. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The orchestrator pushes nothing to this reader: everything is asked at the usual pace. */
  | { readonly state: 'polled' }
  | { readonly state: 'lost'; readonly since: number; readonly retryAt: number };

/** A line of the feed: one entry of the audit, or how many came at once. */
export type FeedLine = { readonly entry: EventEntry } | { readonly entries: EventEntries };

export interface LiveData {
  readonly connection: ReadonlySignal<Connection>;
  /** What was done, the newest first; only what came while the page was open. */
  readonly feed: ReadonlySignal<readonly FeedLine[]>;
  /** Null = the view goes on; else since when it stands still, and how many answers wait. */
  readonly frozen: ReadonlySignal<{ readonly since: number; readonly changes: number } | null>;
  readonly freeze: (on: boolean) => void;
  /**
   * Keeps the answer of a path until `release` is called. Everyone who asks shares one request.
   * @param everyMs how often it is asked where no event says that it has changed
   */
  watch<T>(path: string, everyMs?: number): { readonly live: Live<T>; readonly release: () => void };
  /** Asks everything again now: after a change, and when the reader comes back. */
  readonly refresh: () => Promise<void>;
  /** Follows the orchestrator, once somebody is signed in. */
  readonly begin: () => void;
  readonly end: () => void;
}

/** An answer that no event covers is asked again after this time. */
const usualMs = 5_000;
/** What events push is asked again too, seldom: nothing depends on the stream alone. */
const pushedMs = 30_000;
const turnMs = 1_000;
const againMs = 2_000;
const feedAtMost = 60;
/** The first silence is no loss: an orchestrator that ends hands over within a moment. */
const lostAfterMs = 3_000;

/** Asks what is on the screen, follows its changes, and says honestly when nothing comes. */
export function openLiveData(api: Api, onSignedOut: () => void): LiveData {
  const entries = new Entries();
  const connection = signal<Connection>({ state: 'connecting' });
  const feed = signal<readonly FeedLine[]>([]);
  const frozen = signal<{ since: number; changes: number } | null>(null);
  let silentSince: number | null = null;
  let up: 'live' | 'polled' = 'live';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopStream: (() => void) | null = null;

  const show = (entry: Entry, value: unknown): void => {
    const text = JSON.stringify(value);
    if (text === entry.text) return;
    entry.text = text;
    if (frozen.value === null || entry.value.peek() === null) return void (entry.value.value = value);
    entry.waiting = { value };
    frozen.value = { ...frozen.value, changes: frozen.value.changes + 1 };
  };

  async function read(entry: Entry): Promise<void> {
    if (entry.isAsked) return;
    entry.isAsked = true;
    entry.askedAt = Date.now();
    const asked = await api.get(entry.path);
    entry.isAsked = false;
    batch(() => {
      entry.problem.value = asked.ok ? null : asked.problem;
      if (asked.ok) show(entry, asked.value);
    });
    if (!asked.ok && asked.problem.status === 401) return onSignedOut();
    if (asked.ok || !isLost(asked.problem)) connected();
    else lost(asked.problem.retryAfterMs ?? turnMs);
  }

  function connected(): void {
    silentSince = null;
    if (connection.value.state !== up) connection.value = { state: up };
  }

  function lost(againInMs: number): void {
    const now = Date.now();
    silentSince ??= now;
    if (connection.value.state === 'lost' || now - silentSince >= lostAfterMs)
      connection.value = { state: 'lost', since: silentSince, retryAt: now + againInMs };
  }

  async function refresh(): Promise<void> {
    await Promise.all(entries.watched().map(read));
  }

  /** Asks what is due. While the connection is lost only the stream tries. */
  function turn(): void {
    timer = setTimeout(turn, turnMs);
    if (document.visibilityState !== 'visible') return;
    const isWaiting = connection.value.state === 'lost' && Date.now() < connection.value.retryAt;
    if (isWaiting) return;
    const now = Date.now();
    for (const entry of entries.watched())
      if (now - entry.askedAt >= paceOf(entry, up === 'polled')) void read(entry);
  }

  /** Has the paths asked again that begin so; each at most once a second. */
  function changed(start: string): void {
    for (const entry of entries.watched())
      if (entry.path.startsWith(start))
        entry.askedAt = Math.min(entry.askedAt, Date.now() - entry.everyMs + turnMs / 2);
  }

  function takeHead({ campaign, leftOut, status }: EventHead): void {
    const merged = (old: Status): Status =>
      (status.at ?? '') < old.at
        ? old
        : withoutGone({ ...old, ...(status as Partial<Status>) }, status, leftOut);
    const one = entries.get(`v1/campaigns/${encodeURIComponent(campaign)}`);
    if (one !== undefined && one.value.value !== null) show(one, merged(latest(one) as Status));
    const all = entries.get('v1/campaigns');
    if (all !== undefined && all.value.value !== null) {
      const before = latest(all) as Campaigns;
      const isKnown = before.campaigns.some((each) => each.campaign === campaign);
      if (!isKnown) changed('v1/campaigns');
      const { halted = before.halted } = status;
      show(all, {
        ...before,
        halted,
        campaigns: before.campaigns.map((each) => (each.campaign === campaign ? merged(each) : each)),
      });
    }
    if (leftOut.length > 0) changed(`v1/campaigns/${encodeURIComponent(campaign)}`);
    changed('v1/blockers');
  }

  function takeEvent({ event, data }: { readonly event: string; readonly data: string }): void {
    const value: unknown = JSON.parse(data);
    switch (event) {
      case 'head':
        return takeHead(value as EventHead);
      case 'entry': {
        const entry = value as EventEntry;
        addLine({ entry });
        // `abort asked`: a command waits for a person, or no longer does.
        if (entry.to.includes(' ')) changed('v1/approvals');
        if (entry.client !== null) changed(`v1/clients/${encodeURIComponent(entry.client)}`);
        return undefined;
      }
      case 'entries':
        addLine({ entries: value as EventEntries });
        return changed('v1/clients/');
      case 'approval':
        return changed('v1/approvals');
      default:
        return void refresh();
    }
  }

  const addLine = (line: FeedLine): void => {
    if (frozen.value === null) feed.value = [line, ...feed.value].slice(0, feedAtMost);
  };

  function onSign(sign: StreamSign): void {
    batch(() => {
      switch (sign.kind) {
        case 'live':
          // What changed while nothing came is read before the stream goes on.
          if (silentSince !== null) void refresh();
          return connected();
        case 'lost':
          return lost(sign.againInMs);
        case 'event':
          connected();
          return takeEvent(sign.event);
        case 'refused':
          if (sign.status === 401) return onSignedOut();
          up = 'polled';
          return connected();
      }
    });
  }

  /** The stream goes on from a fresh answer: nothing between the two is missed. */
  async function readPosition(): Promise<string | null> {
    const asked = await api.get<Campaigns & { readonly position?: string }>('v1/campaigns');
    if (!asked.ok) return null;
    const all = entries.get('v1/campaigns');
    if (all !== undefined) show(all, asked.value);
    return asked.value.position ?? null;
  }

  const onVisible = (): void => {
    if (document.visibilityState === 'visible') void refresh();
  };

  return {
    connection,
    feed,
    frozen,
    freeze: (on) =>
      batch(() => {
        frozen.value = on ? { since: Date.now(), changes: 0 } : null;
        if (on) return;
        for (const entry of entries.all()) {
          if (entry.waiting !== null) entry.value.value = entry.waiting.value;
          entry.waiting = null;
        }
      }),
    watch: <T>(path: string, everyMs = usualEveryMs(path)) => {
      const entry = entries.open(path, everyMs);
      if (entry.readers === 1) void read(entry);
      return {
        live: { value: entry.value as Signal<T | null>, problem: entry.problem },
        release: () => entries.release(entry),
      };
    },
    refresh,
    begin: () => {
      if (stopStream !== null) return;
      up = 'live';
      stopStream = followStream({ api, readPosition, onSign });
      document.addEventListener('visibilitychange', onVisible);
      for (const change of ['online', 'offline']) addEventListener(change, onVisible);
      turn();
    },
    end: () => {
      stopStream?.();
      stopStream = null;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
      for (const change of ['online', 'offline']) removeEventListener(change, onVisible);
    },
  };
}

/** What events push is asked again seldom. */
const usualEveryMs = (path: string): number => (pushed.test(path) ? pushedMs : usualMs);

const pushed = /^v1\/(?:campaigns(?:\/[^/]+)?|approvals|clients\/[^/?]+.*)$/;

/**
 * What got no answer is asked again soon, so that a loss is known, and its end. What is refused is
 * asked again seldom.
 */
function paceOf({ path, problem: { value }, everyMs }: Entry, isPolled: boolean): number {
  if (value?.status === 403) return pushedMs;
  if (value !== null && isLost(value)) return Math.min(everyMs, againMs);
  return isPolled && pushed.test(path) ? usualMs : everyMs;
}

/** The newest answer, also while the view is frozen. */
const latest = ({ waiting, value }: Entry): unknown => (waiting === null ? value.peek() : waiting.value);

/** What a status no longer has is not in the event either, unless the event left it out. */
function withoutGone(merged: Status, status: object, leftOut: readonly string[]): Status {
  return Object.fromEntries(
    Object.entries(merged).filter(
      ([name]) => name in status || leftOut.includes(name) || name === 'position',
    ),
  ) as unknown as Status;
}
