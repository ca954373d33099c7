import type { Queued, SlotsInUse } from './store.ts';

/** A client in the queue of its logon server; places order the whole campaign: when it was parked, or its number. */
export interface Place {
  readonly client: string;
  readonly place: number;
}

/** The parked clients, or the waiting ones of this wave. */
export type Line = 'parked' | number;

/** What is read to find those who may get a slot; each adapter brings its own. */
export interface Queues {
  readonly budgets: { readonly active: number; readonly perLogonServer: number };
  readonly inUse: SlotsInUse;
  readonly openWaves: number;
  /** Logon servers that may have a queue in this line; none when the line is empty. */
  servers(line: Line): Promise<readonly string[]>;
  /** Of each logon server's queue `count` clients from rank `start` on. */
  read(
    line: Line,
    servers: readonly string[],
    start: number,
    count: number,
  ): Promise<readonly (readonly Place[])[]>;
  /** Those of them whom no campaign claims. */
  unclaimed(places: readonly Found[]): Promise<readonly Found[]>;
}

export interface Found extends Place {
  readonly logonServer: string;
}

/** So many claimed clients are passed over in one call at most. */
const claimedAtMost = 10_000;
const longestPage = 1_000;

/** Not one moment for all of them: `admit` compares each pick again. */
export async function findQueued(queues: Queues, limit: number): Promise<Queued> {
  const room = roomIn(queues, limit);
  const parked = await take(queues, 'parked', room);
  const waiting: Queued['waiting'][number][] = [];
  for (let wave = 0; wave < queues.openWaves && room.free() > 0; wave += 1) {
    const found = await take(queues, wave, room);
    waiting.push(...found.map(({ client, logonServer }) => ({ client, wave, logonServer })));
  }
  return { parked: parked.map(({ client, logonServer }) => ({ client, logonServer })), waiting };
}

/** Page by page: everybody's first, then what follows, in pages that grow. Stops when nothing is free any more. */
async function take(queues: Queues, line: Line, room: Room): Promise<readonly Found[]> {
  const taken: Found[] = [];
  if (room.free() <= 0) return taken;
  let servers = (await queues.servers(line)).filter(room.isAt);
  let start = 0;
  for (let count = 1; servers.length > 0 && room.free() > 0; count = Math.min(count * 2, longestPage)) {
    const pages = await queues.read(line, servers, start, count);
    const found = pages.flatMap((page, at) => page.map((each) => placed(each, servers[at] ?? '')));
    const free = line === 'parked' ? found : await queues.unclaimed(found);
    taken.push(...free.toSorted(byPlace).filter(({ logonServer }) => room.take(logonServer)));
    room.passOver(found.length - free.length);
    servers = servers.filter((server, at) => pages[at]?.length === count && room.isAt(server));
    start += count;
  }
  return taken;
}

const placed = ({ client, place }: Place, logonServer: string): Found => ({ client, place, logonServer });

const byPlace = (a: Place, b: Place): number => a.place - b.place || (a.client < b.client ? -1 : 1);

interface Room {
  /** Slots of the campaign that nobody was found for yet; 0 too when enough were passed over. */
  readonly free: () => number;
  readonly isAt: (logonServer: string) => boolean;
  /** False when there is none. */
  readonly take: (logonServer: string) => boolean;
  readonly passOver: (claimed: number) => void;
}

function roomIn({ budgets, inUse }: Queues, limit: number): Room {
  const used = new Map(Object.entries(inUse.perLogonServer));
  let free = Math.min(limit, budgets.active - inUse.active);
  let passedOver = 0;
  const isAt = (server: string): boolean => (used.get(server) ?? 0) < budgets.perLogonServer;
  return {
    free: () => (passedOver < claimedAtMost ? free : 0),
    isAt,
    take: (server) => {
      if (free <= 0 || !isAt(server)) return false;
      free -= 1;
      used.set(server, (used.get(server) ?? 0) + 1);
      return true;
    },
    passOver: (claimed) => {
      passedOver += claimed;
    },
  };
}
