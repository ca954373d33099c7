import {
  type FullPlace,
  restartLimitWords,
  type RestartEntry,
  type RestartPlace,
  type RestartTerms,
} from '../../../domain/rules/restart-limits.ts';
import type { Activation } from '../../types.ts';
import type { Commit, CommitIdle, CommitIdleOutcome, CommitOutcome } from '../../upgrade-store.ts';
import { lua, named, script, scriptFile } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { activation, type ActivationReply } from '../upgrades/record.ts';

const takeScript = scriptFile(import.meta.url, 'take-restart.lua');
const joinScript = scriptFile(import.meta.url, 'join-line.lua');

const leaveScript = script(
  import.meta.url,
  'leave-restarts',
  lua`
-- @include restarts.lua

-- Gives back what a client has: its slots, or its turn. Returns the clients that got a slot. Does
-- nothing when a later driver of the client has asked meanwhile.
-- ARGV: campaign, client, fence ('' = of any driver), at (policy time)
local entry = restartOf(ARGV[1], ARGV[2])
if not entry or (ARGV[3] ~= '' and tonumber(entry.fence) > tonumber(ARGV[3])) then return {} end
return leaveRestarts(ARGV[1], ARGV[2], entry, ARGV[4])`,
);

const serveScript = script(
  import.meta.url,
  'serve-restarts',
  lua`
-- @include restarts.lua

-- Serves the whole line under these limits. Returns the clients that got a slot.
-- ARGV: campaign, at (policy time), terms (JSON)
keepTerms(ARGV[1], ARGV[3])
takeBackFromHeld(ARGV[1])
return serveLine(ARGV[1], ARGV[2], nil)`,
);

const wakeScript = script(
  import.meta.url,
  'wake-restart',
  lua`
-- @include ../upgrades/indexes.lua

-- Makes a resting upgrade due now, under its next activation: its client got the slot of a restart.
-- Returns false where it does not rest: a driver at work asks for the slot by itself.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: campaign, client, at (policy time)
local id = ARGV[1] .. '.' .. ARGV[2]
local found = redis.call('HMGET', key('upgrade', id), 'i', 'a', 'q', 'h', 'd')
if found[1] ~= 'due' or tonumber(found[5]) <= tonumber(ARGV[3]) then return false end
local activation = tonumber(found[2]) + 1
toDue(id, activation, ARGV[3], found[4])
return activationOf(ARGV[2], activation, found[3], ARGV[3])`,
);

/** Shard 0, and where a client is at home. */
export interface RestartShards {
  readonly head: Shard;
  readonly homeOf: (client: string) => Shard | Promise<Shard>;
}

type Committed = Extract<CommitOutcome, { kind: 'committed' }>;

/**
 * Commits an upgrade of a campaign that limits restarts. The slots of all clients are in the first
 * shard. They are taken before the commit and given back after it: a worker that dies in between
 * leaves a client that holds more than it needs, never one that restarts without a slot. The check
 * of invariants repairs that.
 */
export async function commitRestart(
  shards: RestartShards,
  asked: Commit,
  commit: () => Promise<CommitOutcome>,
): Promise<CommitOutcome> {
  const { restart } = asked;
  if (restart === undefined) return commit();
  if (restart.needs === 'slot') {
    const full = await take(shards.head, asked, restart);
    if (full !== null) return { kind: 'held', because: restartLimitWords(full), full };
    // A refused commit is followed by one that gives the slot back, of this driver or of the next.
    return commit();
  }
  const outcome = await commit();
  if (outcome.kind !== 'committed') return outcome;
  const served =
    restart.needs === 'turn'
      ? await shards.head.run(joinScript, ...askedFields(asked, restart))
      : await leave(shards.head, asked.key, asked.fence.counter, asked.at);
  return withWoken(outcome, await wake(shards, asked.key.campaign, served as string[], asked.at));
}

/** The same for an upgrade that has no driver: it gives back what it has. */
export async function commitIdleRestart(
  shards: RestartShards,
  { key, at, restart }: CommitIdle,
  commit: () => Promise<CommitIdleOutcome>,
): Promise<CommitIdleOutcome> {
  const outcome = await commit();
  if (restart === undefined || outcome.kind !== 'committed') return outcome;
  const served = await leave(shards.head, key, '', at);
  return withWoken(outcome, await wake(shards, key.campaign, served, at));
}

const withWoken = (outcome: Committed, woken: readonly Activation[]): Committed =>
  woken.length === 0 ? outcome : { ...outcome, woken };

interface Asked {
  readonly terms: RestartTerms;
  readonly places: readonly RestartPlace[];
}

const askedFields = ({ key, upgrade, fence, at }: Commit, { terms, places }: Asked) => [
  named({ ...key, server: upgrade.logonServer, fence: fence.counter, at }),
  JSON.stringify(places),
  JSON.stringify(terms),
];

async function take(head: Shard, asked: Commit, restart: Asked): Promise<FullPlace | null> {
  const reply = (await head.run(takeScript, ...askedFields(asked, restart))) as [string, number] | null;
  return reply === null ? null : { says: reply[0], most: reply[1] };
}

const leave = async (
  head: Shard,
  { campaign, client }: Commit['key'],
  fence: number | '',
  at: number,
): Promise<readonly string[]> => (await head.run(leaveScript, campaign, client, fence, at)) as string[];

/** Wakes clients that got a slot, each in its home shard. Returns their jobs. */
export async function wake(
  { homeOf }: Pick<RestartShards, 'homeOf'>,
  campaign: string,
  clients: readonly string[],
  at: number,
): Promise<readonly Activation[]> {
  const woken = await Promise.all(
    clients.map(async (client) => {
      const home = await homeOf(client);
      const reply = (await home.run(wakeScript, campaign, client, at)) as ActivationReply | null;
      return reply === null ? null : activation(home, campaign, reply);
    }),
  );
  return woken.filter((each) => each !== null);
}

export async function serveRestarts(
  shards: RestartShards,
  campaign: string,
  terms: RestartTerms,
  at: number,
): Promise<readonly Activation[]> {
  const served = (await shards.head.run(serveScript, campaign, at, JSON.stringify(terms))) as string[];
  return wake(shards, campaign, served, at);
}

/** An entry as Redis keeps it. */
export interface StoredRestart {
  readonly places: readonly RestartPlace[];
  readonly server: string;
  readonly fence: string;
  readonly since: number;
  readonly holds: boolean;
}

export async function readRestarts(
  { redis, keys }: Shard,
  campaign: string,
): Promise<readonly RestartEntry[]> {
  const pipeline = redis.pipeline();
  pipeline.hgetall(keys.of('restarts', campaign));
  pipeline.zrange(keys.of('restartLine', campaign), '0', '-1');
  const [found, line] = valuesOf(await pipeline.exec()) as [Record<string, string>, string[]];
  const entries = Object.entries(found).map(([client, text]) => entryOf(client, text));
  const turn = new Map(line.map((client, at) => [client, at]));
  const byTurn = (a: RestartEntry, b: RestartEntry): number =>
    (turn.get(a.client) ?? 0) - (turn.get(b.client) ?? 0);
  return [
    ...entries.filter(({ holds }) => holds),
    ...entries.filter(({ holds, client }) => !holds && turn.has(client)).sort(byTurn),
  ];
}

function entryOf(client: string, text: string): RestartEntry {
  const { places, server: logonServer, since, holds } = JSON.parse(text) as StoredRestart;
  return { client, places, logonServer, since, holds };
}
