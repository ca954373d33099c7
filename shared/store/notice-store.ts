import type { KeptEntry } from './seal-store.ts';
import type { LeaderFence } from './leader-store.ts';

/** A message as the store keeps it. The store reads nothing of its text. */
export interface StoredNotice {
  readonly id: string;
  /** JSON. It holds no secret. */
  readonly text: string;
  /** Names of the destinations that get it. */
  readonly to: readonly string[];
}

/** What the maker of messages remembers, as JSON: also how far it has read the audit. */
export interface NoticeMemory {
  /** Grows with each change; 0 = nothing was ever made. */
  readonly version: number;
  readonly text: string;
}

/** The oldest message that a destination has not got. The others wait behind it. */
export interface NoticeLine {
  readonly destination: string;
  readonly notice: string;
  /** Failed tries so far. */
  readonly tries: number;
  /** Real time of the first try; 0 = it was not tried yet. */
  readonly firstAt: number;
  /** Real time of the next try; 0 = as soon as possible. */
  readonly dueAt: number;
  /** How many messages wait, this one included. */
  readonly waiting: number;
}

/** One try to deliver a message, and what became of it. */
export interface DeliveryEntry {
  readonly notice: string;
  readonly destination: string;
  /** Real time. */
  readonly at: number;
  readonly outcome: 'delivered' | 'failed' | 'gaveUp' | 'disabled';
  readonly because: string;
}

/** When a message that could not be delivered is tried again. */
export type NextTry = Pick<NoticeLine, 'tries' | 'firstAt' | 'dueAt'>;

/** Messages and the newest tries that are kept. A message that still waits is always kept. */
export const noticesKept = 1_000;
export const deliveriesKept = 2_000;

/**
 * Messages about campaigns, from the audit to their receivers: the outbox beside the records.
 * Nothing of it exists as long as servpack has no destination.
 */
export interface NoticeStore {
  /** The id of the newest entry of the audit in which changes of campaigns stand. */
  noticesBegin(): Promise<string>;
  /**
   * Entries about campaigns, releases and the halt above an id, oldest first. Entries about single
   * clients are passed over.
   * @param limit so many entries are read at most, with those that are passed over
   * @returns `after`: where the next call goes on; `isEnd`: nothing newer is there
   */
  campaignEntries(
    after: string,
    limit: number,
  ): Promise<{ readonly entries: readonly KeptEntry[]; readonly after: string; readonly isEnd: boolean }>;
  readNoticeMemory(): Promise<NoticeMemory>;
  /**
   * Puts messages behind the lines of their destinations, and writes what the maker remembers, in
   * one step: so no message is lost, or made twice.
   * @returns false when another change came first, or a newer leader was seen
   */
  commitNotices(
    version: number,
    memory: string,
    notices: readonly StoredNotice[],
    leader?: LeaderFence,
  ): Promise<boolean>;
  /** The head of each line. A destination whose messages were all delivered has none. */
  noticeLines(): Promise<readonly NoticeLine[]>;
  /** Null when it is no longer kept. */
  readNotice(id: string): Promise<StoredNotice | null>;
  /**
   * Writes what became of a try. The message leaves its line, unless it is tried again.
   * @param again null = it is not
   * @returns false when the message does not head the line of this destination: nothing is written
   */
  endDelivery(entry: DeliveryEntry, again: NextTry | null): Promise<boolean>;
  /** The newest tries, newest first. */
  deliveries(limit: number): Promise<readonly DeliveryEntry[]>;
  /**
   * Puts a message that is kept behind the lines of these destinations once more. One that waits
   * there already stays where it is.
   * @returns false when the message is no longer kept
   */
  redeliver(id: string, to: readonly string[]): Promise<boolean>;
  /** Destinations that want no more messages, and why. */
  disabledDestinations(): Promise<ReadonlyMap<string, string>>;
  /** @param because null = it gets messages again */
  disableDestination(destination: string, because: string | null): Promise<void>;
}
