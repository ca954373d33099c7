import type { QueueName } from '../../../domain/upgrade/placement.ts';
import { unpackUpgrade } from './packed-upgrade.ts';
import { lua, script } from '../core/scripts.ts';
import { inPieces, pairs, scanHash, type Shard } from '../core/shard.ts';
import type { Activation, Message, StoredUpgrade, UpgradeKey, WaitingClient } from '../../types.ts';
import type { Member } from '../../upgrade-store.ts';
import { waitingPick } from '../campaigns/campaigns.ts';

/**
 * The fields of an upgrade's hash. Names are short because there is one hash per upgrade. The
 * fields d, h, n, o, l, c and t may be missing.
 */
export interface RecordFields {
  /** version */
  readonly v: string;
  /** the upgrade (`packed-upgrade.ts`); scripts pass it through unread */
  readonly s: string;
  /** index */
  readonly i: string;
  /** due time */
  readonly d?: string;
  /** queue */
  readonly q: string;
  /** activation number */
  readonly a: string;
  /** holds slots: '1' */
  readonly h?: string;
  /** finishing: '1' or '0' */
  readonly f: string;
  /** logon server that its slots are charged to */
  readonly g: string;
  /** lease: fence counter, owner, end in real time */
  readonly n?: string;
  readonly o?: string;
  readonly l?: string;
  /** crashes since the last commit */
  readonly c?: string;
  /** when it was admitted (policy time) */
  readonly t?: string;
}

export function storedUpgrade(
  key: UpgradeKey,
  fields: RecordFields,
  inbox: readonly string[],
): StoredUpgrade {
  const { n, o, l, t } = fields;
  return {
    key,
    version: Number(fields.v),
    upgrade: unpackUpgrade(key.client, fields.g, fields.s),
    index: fields.i as StoredUpgrade['index'],
    dueAt: fields.d === undefined ? null : Number(fields.d),
    queue: fields.q as QueueName,
    activation: Number(fields.a),
    holdsSlots: fields.h === '1',
    finishing: fields.f === '1',
    crashes: Number(fields.c ?? 0),
    lease:
      n === undefined || o === undefined || l === undefined
        ? null
        : { fence: { counter: Number(n), owner: o }, until: Number(l) },
    inbox: messages(inbox),
    ...(t === undefined ? {} : { admittedAt: Number(t) }),
  };
}

export const messages = (inbox: readonly string[]): readonly Message[] =>
  inbox.map((text) => JSON.parse(text) as Message);

/** Client, number, queue and due time, as `activationOf` in `indexes.lua` returns them. */
export type ActivationReply = readonly [client: string, activation: string, queue: QueueName, dueAt: string];

export const activation = (
  shard: Shard,
  campaign: string,
  [client, number, queue, dueAt]: ActivationReply,
): Activation => ({
  key: { campaign, client },
  shard: shard.number,
  activation: Number(number),
  queue,
  dueAt: Number(dueAt),
});

const readRecordsScript = script(
  import.meta.url,
  'read-records',
  lua`
-- The records of these upgrades with their inboxes, all as they are at one moment.
-- ARGV: ids
local found = {}
for at, id in ipairs(ARGV) do
  found[at] = { redis.call('HGETALL', key('upgrade', id)), redis.call('LRANGE', key('inbox', id), 0, -1) }
end
return found`,
);

/** How many records one script reads. */
const pieceSize = 200;

/**
 * Records with their inboxes, in the same order; null where there is no record. Up to 200 of them
 * are read at one moment.
 */
export async function readUpgrades(
  shard: Shard,
  asked: readonly UpgradeKey[],
): Promise<readonly (StoredUpgrade | null)[]> {
  const pieces = [...inPieces(asked, pieceSize)];
  return (await Promise.all(pieces.map((piece) => readPiece(shard, piece)))).flat();
}

async function readPiece(
  { run }: Shard,
  asked: readonly UpgradeKey[],
): Promise<readonly (StoredUpgrade | null)[]> {
  const ids = asked.map(({ campaign, client }) => `${campaign}.${client}`);
  const found = (await run(readRecordsScript, ...ids)) as readonly (readonly [string[], string[]])[];
  return asked.map((key, at) => {
    const [flat = [], inbox = []] = found[at] ?? [];
    const fields = Object.fromEntries(pairs(flat)) as Partial<RecordFields>;
    return fields.v === undefined ? null : storedUpgrade(key, fields as RecordFields, inbox);
  });
}

/**
 * Where a client still waits in the campaign; null when it has a record, or is not in the
 * campaign.
 */
export async function readWaiting(
  { redis, keys }: Shard,
  { campaign, client }: UpgradeKey,
): Promise<WaitingClient | null> {
  return waitingPick(client, (await redis.hget(keys.of('members', campaign), client)) ?? '');
}

/**
 * Every client of a campaign, page by page, with its queue while it waits; empty once it has a
 * record.
 */
export const membersIn = (shard: Shard, campaign: string): ReturnType<typeof scanHash> =>
  scanHash(shard, shard.keys.of('members', campaign));

/** The clients of one shard that wait. */
export async function* waitingIn(shard: Shard, campaign: string): AsyncGenerator<WaitingClient> {
  for await (const page of membersIn(shard, campaign))
    yield* page.map(([client, member]) => waitingPick(client, member)).filter((pick) => pick !== null);
}

/** The upgrades of one shard that have a record. */
export async function* upgradesIn(shard: Shard, campaign: string): AsyncGenerator<StoredUpgrade> {
  for await (const page of membersIn(shard, campaign)) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const piece of inPieces(recorded, pieceSize))
      yield* (await readUpgrades(shard, piece)).filter((stored) => stored !== null);
  }
}

/** Every client of one shard: where it waits, or null once it has a record. */
export async function* membersWaiting(shard: Shard, campaign: string): AsyncGenerator<Member> {
  for await (const page of membersIn(shard, campaign))
    yield* page.map(([client, member]) => ({ client, waits: waitingPick(client, member) }));
}
