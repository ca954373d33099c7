import type { Redis } from 'ioredis';
import { type Change, type Changes, countByCampaign, distinctChanges } from '../../change-store.ts';
import { changeIn } from '../audit/audit.ts';
import type { RecentEntries, StreamEntry } from '../audit/recent-entries.ts';
import { type Shard, valuesOf } from '../core/shard.ts';

/** So many wake-ups are kept; the leader reads them within a second. */
const wakesKept = 1_000;
/**
 * So many changes are read at once; what is beyond them is left out, and everything is looked at.
 * A busy campaign makes fewer in a tenth of a second. To read only a hundred of them was tried: the
 * looks at everything cost more throughput than the reading.
 * A script that sends the names of the campaigns only was tried, too: Redis, which all share, paid
 * for it what the orchestrator saved. Whole entries are what the sealer needs next anyway.
 */
const atOnce = 2_000;

/** Connections of their own for calls that wait: a call that waits holds up all behind it. */
export interface WaitingConnections {
  of(shard: Shard): Redis;
  close(): void;
}

/** @param open opens a connection without a limit on how long a call may wait */
export function waitingConnections(open: () => Redis): WaitingConnections {
  const opened = new Map<number, Redis>();
  return {
    of: ({ number }) => {
      const redis = opened.get(number) ?? open();
      // Without a listener a lost connection would end the process. The call on it fails anyway.
      if (!opened.has(number)) redis.on('error', () => undefined);
      opened.set(number, redis);
      return redis;
    },
    close: () => {
      for (const redis of opened.values()) redis.disconnect();
    },
  };
}

/** Wakes the rounds of the leader for a campaign. */
export const wakeLeader = async ({ redis, keys }: Shard, campaign: string): Promise<void> => {
  await redis.xadd(keys.of('wakes'), 'MAXLEN', '~', wakesKept, '*', 'c', campaign);
};

/** The ids of the newest audit entry and of the newest wake-up, with a space between them. */
export async function presentEnd({ redis, keys }: Shard): Promise<Changes> {
  const found = valuesOf(
    await redis
      .pipeline()
      .xrevrange(keys.of('audit'), '+', '-', 'COUNT', 1)
      .xrevrange(keys.of('wakes'), '+', '-', 'COUNT', 1)
      .exec(),
  ) as (readonly StreamEntry[])[];
  const [audit = '0-0', wakes = '0-0'] = found.map((entries) => entries[0]?.[0] ?? '0-0');
  return { after: `${audit} ${wakes}`, changes: [], isWhole: true, newest: audit, entries: new Map() };
}

/** What a process needs to follow the changes of a shard. */
export interface Following {
  /** The connection on which the call waits. */
  readonly waiting: Redis;
  /** Gets the entries of the audit that are read. */
  readonly recent: RecentEntries;
}

export async function changesAfter(
  shard: Shard,
  { waiting, recent }: Following,
  after: string,
  waitMs: number,
): Promise<Changes> {
  const { keys } = shard;
  const [audit = '0-0', wakes = '0-0'] = after.split(' ');
  const names = [keys.of('audit'), keys.of('wakes')] as const;
  const found = entriesByStream(
    await waiting.xread('COUNT', atOnce, 'BLOCK', Math.max(1, waitMs), 'STREAMS', ...names, audit, wakes),
  );
  const audited = found.get(names[0]) ?? [];
  recent.keep(audit, audited);
  const woken = found.get(names[1]) ?? [];
  const recorded = audited.map(changeOf);
  const changes = distinctChanges([...recorded, ...woken.map(wokenOf)]);
  const entries = countByCampaign(recorded);
  if (audited.length >= atOnce) return { ...(await presentEnd(shard)), changes, isWhole: false, entries };
  const newest = audited.at(-1)?.[0] ?? audit;
  return {
    after: `${newest} ${woken.at(-1)?.[0] ?? wakes}`,
    changes,
    isWhole: true,
    newest,
    entries,
  };
}

/** The reply is a map in RESP3 and a list of pairs in RESP2. */
function entriesByStream(reply: unknown): ReadonlyMap<string, readonly StreamEntry[]> {
  if (reply === null || reply === undefined) return new Map();
  if (reply instanceof Map) return reply as Map<string, readonly StreamEntry[]>;
  if (Array.isArray(reply)) {
    const isPairs = reply.every((each) => Array.isArray(each) && typeof each[0] === 'string');
    if (isPairs) return new Map(reply as [string, StreamEntry[]][]);
    const flat = reply as unknown[];
    return new Map(
      flat.flatMap((name, at) =>
        at % 2 === 0 ? [[name as string, flat[at + 1] as readonly StreamEntry[]] as const] : [],
      ),
    );
  }
  return new Map(Object.entries(reply as Record<string, readonly StreamEntry[]>));
}

const changeOf = ([, [, text = '']]: StreamEntry): Change => changeIn(text);
const wokenOf = ([, [, campaign = '']]: StreamEntry): Change => ({ campaign, of: 'campaign' });
