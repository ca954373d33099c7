import { maxDownloadsAt, roomToBegin } from '../domain/campaign/admission.ts';
import type { Budgets } from '../domain/campaign/definition.ts';
import type { Downloads } from '../domain/outcome/counters.ts';
import type { Queued, SlotsInUse, WaitingClient } from './types.ts';

/** A client in a queue. Positions order the whole campaign: the time of parking, or the number. */
export interface QueuedClient {
  readonly client: string;
  readonly position: number;
}

/** The parked clients, those of them that are finishing, or the clients that wait in this wave. */
export type Line = 'parked' | 'finishing' | number;

/**
 * Which queue of a line: a logon server; of waiting clients in a campaign with windows or blackouts
 * also a class of its calendar: a zone, with what holds there (`calendarClass`).
 */
export interface QueueKey {
  readonly logonServer: string;
  readonly zone?: string;
}

/** A queue in one shard: a client that has roamed stays in its shard. */
export interface Queue extends QueueKey {
  readonly shard: number;
}

/** May something begin now on the clients of this class of the campaign's calendar? */
export type IsOpen = (zone: string) => boolean;

export const everywhere: IsOpen = () => true;

/** `LS-ROM`, or `LS-ROM|Europe/Rome` in a campaign with windows or blackouts. */
export const queueName = ({ logonServer, zone }: Pick<WaitingClient, 'logonServer' | 'zone'>): string =>
  zone === undefined ? logonServer : `${logonServer}|${zone}`;

/** Reads what `queueName` writes. */
export function parseQueueName(name: string): QueueKey {
  const bar = name.indexOf('|');
  return bar < 0 ? { logonServer: name } : { logonServer: name.slice(0, bar), zone: name.slice(bar + 1) };
}

/** What limits a logon server over all campaigns. */
export interface OverAll {
  /** By logon server; `*` = every one without a limit of its own. */
  readonly limits: ReadonlyMap<string, number>;
  /** The slots in use of each logon server, of all campaigns. */
  readonly slots: Readonly<Record<string, number>>;
}

/** What limits a campaign in a shard. */
interface Limits {
  readonly perLogonServer: number;
  readonly maxDownloads: Pick<Budgets, 'maxDownloads'>;
  readonly isStaged: (logonServer: string) => boolean;
  /** A person has held the logon server in this campaign. */
  readonly isHeld: (logonServer: string) => boolean;
  /** Left out = no logon server has a limit over all campaigns. */
  readonly overAll?: OverAll;
  readonly openWaves: number;
  /** A campaign that does not run only finishes what it has begun. */
  readonly isRunning: boolean;
}

/** The queues that may hold clients of this line; none when the line is empty. */
type QueuesOf = (line: Line) => Promise<readonly Queue[]>;

/** Of each queue `count` clients from rank `start` on. */
type ReadPages = (
  line: Line,
  queues: readonly Queue[],
  start: number,
  count: number,
) => Promise<readonly (readonly QueuedClient[])[]>;

/** What one shard holds of a campaign's queues. */
export interface ShardQueues extends Limits {
  /** The slots that the shard may use, and those in use. */
  readonly quota: number;
  readonly inUse: SlotsInUse;
  readonly downloads: (logonServer: string) => Downloads;
  readonly queues: QueuesOf;
  readonly read: ReadPages;
  /**
   * The campaigns that claim these clients, in the same order. A waiting client is not claimed by
   * its own campaign.
   */
  readonly claims: (clients: readonly string[]) => Promise<readonly (string | null)[]>;
}

/** The queues of a campaign in all shards; each adapter brings its own. */
export interface Queues extends Limits {
  /** By shard: the slots that it may use, and those in use. */
  readonly quotas: readonly number[];
  readonly inUse: readonly SlotsInUse[];
  /** By shard. */
  readonly downloads: readonly ((logonServer: string) => Downloads)[];
  readonly queues: QueuesOf;
  readonly read: ReadPages;
  /** Those of these clients that no campaign claims. */
  readonly unclaimed: (clients: readonly Found[]) => Promise<readonly Found[]>;
}

/** A client with the queue it was found in. */
export interface Found extends QueuedClient, Queue {}

/** How many claimed clients one call passes over at most. */
const claimedAtMost = 10_000;
const longestPage = 1_000;

/**
 * Finds the clients that may get a free slot, as `AdmissionStore.queued` describes. The parts are
 * not read at one moment: `admit` compares each pick again.
 */
export async function findQueued(queues: Queues, limit: number): Promise<Queued> {
  const room = roomIn(queues, limit);
  // Where nothing new may begin, only clients that are finishing are served.
  const isClosed = (queue: Queue): boolean => !queues.isRunning || !room.mayBegin(queue);
  const closed = queues.isRunning
    ? new Set((await queues.queues('finishing')).filter(isClosed).map(queueName))
    : null;
  const parked = queues.isRunning ? await take(queues, 'parked', room) : [];
  const finishing =
    closed?.size === 0
      ? []
      : await take(queues, 'finishing', room, (queue) => closed?.has(queueName(queue)) ?? true);
  const waiting: Queued['waiting'][number][] = [];
  for (let wave = 0; queues.isRunning && wave < queues.openWaves && room.free() > 0; wave += 1) {
    const found = await take(queues, wave, room);
    waiting.push(...found.map(({ client, logonServer }) => ({ client, wave, logonServer })));
  }
  return {
    parked: [...parked, ...finishing].map(({ client, logonServer }) => ({ client, logonServer })),
    waiting,
    ...sharedBy(queues.overAll, [...parked, ...finishing, ...waiting]),
  };
}

/** How many slots a logon server has left over all campaigns; null = it has no such limit. */
function leftOverAll(overAll: OverAll | undefined, logonServer: string): number | null {
  const most = overAll?.limits.get(logonServer) ?? overAll?.limits.get('*');
  return most === undefined ? null : most - (overAll?.slots[logonServer] ?? 0);
}

function sharedBy(
  overAll: OverAll | undefined,
  found: readonly { readonly logonServer: string }[],
): Pick<Queued, 'shared'> {
  if (overAll === undefined) return {};
  const left = found.map(({ logonServer }) => [logonServer, leftOverAll(overAll, logonServer)] as const);
  return { shared: new Map(left.flatMap(([name, slots]) => (slots === null ? [] : [[name, slots]]))) };
}

/**
 * Takes clients page by page: first one of every queue, then further ones in pages that grow,
 * until no slot is free.
 */
async function take(
  queues: Queues,
  line: Line,
  room: Room,
  isAsked: (queue: Queue) => boolean = () => true,
): Promise<readonly Found[]> {
  const taken: Found[] = [];
  if (room.free() <= 0) return taken;
  const hasRoom =
    line === 'finishing' ? room.isAt : (queue: Queue) => room.isAt(queue) && room.mayBegin(queue);
  let asked = (await queues.queues(line)).filter((queue) => isAsked(queue) && hasRoom(queue));
  let start = 0;
  for (let count = 1; asked.length > 0 && room.free() > 0; count = Math.min(count * 2, longestPage)) {
    const pages = await queues.read(line, asked, start, count);
    const found = asked.flatMap((queue, at) => (pages[at] ?? []).map((each) => ({ ...each, ...queue })));
    const free = typeof line === 'string' ? found : await queues.unclaimed(found);
    taken.push(...free.toSorted(byPosition).filter((each) => hasRoom(each) && room.take(each)));
    room.passOver(found.length - free.length);
    asked = asked.filter((queue, at) => pages[at]?.length === count && hasRoom(queue));
    start += count;
  }
  return taken;
}

const byPosition = (a: QueuedClient, b: QueuedClient): number =>
  a.position - b.position || (a.client < b.client ? -1 : 1);

/** The free slots that are left while clients are taken. */
interface Room {
  /** Slots of the campaign that no client has taken yet; 0 also after too many claimed clients. */
  readonly free: () => number;
  /** The queue's shard and logon server have a free slot. */
  readonly isAt: (queue: Queue) => boolean;
  /** Something new may begin on one more client of the queue's logon server. */
  readonly mayBegin: (queue: Queue) => boolean;
  /** Takes a slot. Returns false when none is free. */
  readonly take: (queue: Queue) => boolean;
  readonly passOver: (claimed: number) => void;
}

/** The budget of a logon server is compared with its slots in all shards together. */
function roomIn(queues: Queues, limit: number): Room {
  const { quotas, inUse, perLogonServer, isStaged, isHeld } = queues;
  const used = new Map<string, number>();
  const use = (server: string, by: number): unknown => used.set(server, (used.get(server) ?? 0) + by);
  for (const { perLogonServer: each } of inUse)
    for (const [server, slots] of Object.entries(each)) use(server, slots);
  const left = quotas.map((quota, shard) => Math.max(0, quota - (inUse[shard]?.active ?? 0)));
  let free = Math.min(
    limit,
    left.reduce((sum, each) => sum + each, 0),
  );
  let passedOver = 0;
  const taken = new Map<string, number>();
  const isAt = ({ shard, logonServer }: Queue): boolean =>
    (left[shard] ?? 0) > 0 &&
    (used.get(logonServer) ?? 0) < perLogonServer &&
    (taken.get(logonServer) ?? 0) < (leftOverAll(queues.overAll, logonServer) ?? Infinity);
  const mayBegin = ({ logonServer }: Queue): boolean => {
    if (isHeld(logonServer)) return false;
    const found = queues.downloads.map((downloadsAt) => downloadsAt(logonServer));
    const inUseThere = {
      isStaged: isStaged(logonServer),
      slots: used.get(logonServer) ?? 0,
      downloading: found.reduce((sum, { downloading }) => sum + downloading, 0),
      resting: found.reduce((sum, { resting }) => sum + resting, 0),
    };
    return roomToBegin(maxDownloadsAt(queues.maxDownloads, logonServer), inUseThere) > 0;
  };
  return {
    mayBegin,
    free: () => (passedOver < claimedAtMost ? free : 0),
    isAt,
    take: (queue) => {
      if (free <= 0 || !isAt(queue)) return false;
      free -= 1;
      left[queue.shard] = (left[queue.shard] ?? 0) - 1;
      use(queue.logonServer, 1);
      taken.set(queue.logonServer, (taken.get(queue.logonServer) ?? 0) + 1);
      return true;
    },
    passOver: (claimed) => {
      passedOver += claimed;
    },
  };
}
