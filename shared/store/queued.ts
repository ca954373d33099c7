import { maxDownloadsAt, roomToBegin } from '../domain/campaign/admission.ts';
import type { Budgets } from '../domain/campaign/definition.ts';
import type { Downloads } from '../domain/outcome/counters.ts';
import type { WaitingClient, Queued, SlotsInUse } from './types.ts';

/** A client in the queue of its logon server; places order the whole campaign: when it was parked, or its number. */
export interface Place {
  readonly client: string;
  readonly place: number;
}

/** The parked clients, those of them that are finishing, or the waiting ones of this wave. */
export type Line = 'parked' | 'finishing' | number;

/** A logon server's queue in one shard: a client that has roamed stays in its shard. */
export interface Queue {
  readonly shard: number;
  readonly logonServer: string;
  /** Of waiting clients, where each time zone has a queue of its own. */
  readonly zone?: string;
}

/** Is the campaign's window open in this IANA time zone? */
export type IsOpen = (zone: string) => boolean;

export const everywhere: IsOpen = () => true;

/** The queue in which a client waits: `LS-ROM`, or `LS-ROM|Europe/Rome` in a campaign with a window. */
export const queueName = ({ logonServer, zone }: Pick<WaitingClient, 'logonServer' | 'zone'>): string =>
  zone === undefined ? logonServer : `${logonServer}|${zone}`;

/** What `queueName` has put together. */
export function placeOf(queue: string): { readonly logonServer: string; readonly zone?: string } {
  const bar = queue.indexOf('|');
  return bar < 0 ? { logonServer: queue } : { logonServer: queue.slice(0, bar), zone: queue.slice(bar + 1) };
}

/** What is read to find those who may get a slot; each adapter brings its own. */
export interface Queues {
  /** By shard: what it may have in use, and has. */
  readonly quotas: readonly number[];
  readonly inUse: readonly SlotsInUse[];
  readonly perLogonServer: number;
  readonly maxDownloads: Pick<Budgets, 'maxDownloads'>;
  /** By shard. */
  readonly downloads: readonly ((logonServer: string) => Downloads)[];
  readonly isStaged: (logonServer: string) => boolean;
  readonly openWaves: number;
  /** A campaign that does not run only finishes what was begun. */
  readonly isRunning: boolean;
  /** Those that may hold somebody in this line; none when the line is empty. */
  queues(line: Line): Promise<readonly Queue[]>;
  /** Of each queue `count` clients from rank `start` on. */
  readonly read: (
    line: Line,
    queues: readonly Queue[],
    start: number,
    count: number,
  ) => Promise<readonly (readonly Place[])[]>;
  /** Those of them whom no campaign claims. */
  unclaimed(places: readonly Found[]): Promise<readonly Found[]>;
}

export interface Found extends Place, Queue {}

/** So many claimed clients are passed over in one call at most. */
const claimedAtMost = 10_000;
const longestPage = 1_000;

/** Not one moment for all of them: `admit` compares each pick again. */
export async function findQueued(queues: Queues, limit: number): Promise<Queued> {
  const room = roomIn(queues, limit);
  // Where nothing may begin, those are served that finish what was begun.
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
  };
}

/** Page by page: everybody's first, then what follows, in pages that grow. Stops when nothing is free any more. */
async function take(
  queues: Queues,
  line: Line,
  room: Room,
  isAsked: (queue: Queue) => boolean = () => true,
): Promise<readonly Found[]> {
  const taken: Found[] = [];
  if (room.free() <= 0) return taken;
  const isAt = line === 'finishing' ? room.isAt : (queue: Queue) => room.isAt(queue) && room.mayBegin(queue);
  let asked = (await queues.queues(line)).filter((queue) => isAsked(queue) && isAt(queue));
  let start = 0;
  for (let count = 1; asked.length > 0 && room.free() > 0; count = Math.min(count * 2, longestPage)) {
    const pages = await queues.read(line, asked, start, count);
    const found = asked.flatMap((queue, at) => (pages[at] ?? []).map((each) => ({ ...each, ...queue })));
    const free = typeof line === 'string' ? found : await queues.unclaimed(found);
    taken.push(...free.toSorted(byPlace).filter((each) => isAt(each) && room.take(each)));
    room.passOver(found.length - free.length);
    asked = asked.filter((queue, at) => pages[at]?.length === count && isAt(queue));
    start += count;
  }
  return taken;
}

const byPlace = (a: Place, b: Place): number => a.place - b.place || (a.client < b.client ? -1 : 1);

interface Room {
  /** Slots of the campaign that nobody was found for yet; 0 too when enough were passed over. */
  readonly free: () => number;
  readonly isAt: (queue: Queue) => boolean;
  /** Something may begin on one more client of its logon server. */
  readonly mayBegin: (queue: Queue) => boolean;
  /** False when there is none. */
  readonly take: (queue: Queue) => boolean;
  readonly passOver: (claimed: number) => void;
}

/** A logon server's budget is held against all shards together. */
function roomIn(queues: Queues, limit: number): Room {
  const { quotas, inUse, perLogonServer, isStaged } = queues;
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
  const isAt = ({ shard, logonServer }: Queue): boolean =>
    (left[shard] ?? 0) > 0 && (used.get(logonServer) ?? 0) < perLogonServer;
  const mayBegin = ({ logonServer }: Queue): boolean => {
    const found = queues.downloads.map((downloadsAt) => downloadsAt(logonServer));
    const use = {
      isStaged: isStaged(logonServer),
      slots: used.get(logonServer) ?? 0,
      downloading: found.reduce((sum, { downloading }) => sum + downloading, 0),
      resting: found.reduce((sum, { resting }) => sum + resting, 0),
    };
    return roomToBegin(maxDownloadsAt(queues.maxDownloads, logonServer), use) > 0;
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
      return true;
    },
    passOver: (claimed) => {
      passedOver += claimed;
    },
  };
}
