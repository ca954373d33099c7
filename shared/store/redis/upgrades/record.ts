import type { QueueName } from '../../../domain/upgrade/placement.ts';
import { unpackUpgrade } from './packed-upgrade.ts';
import { pairs, type Shard } from '../core/shard.ts';
import type { Activation, Message, StoredUpgrade, UpgradeKey } from '../../types.ts';

/**
 * The fields of an upgrade's hash. Names are short because there is one hash per upgrade; d, h, n, o, l, c
 * may be missing.
 */
export interface RecordFields {
  /** version */
  readonly v: string;
  /** the upgrade (packed-upgrade.ts); scripts pass it through unread */
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
}

export function storedUpgrade(
  key: UpgradeKey,
  fields: RecordFields,
  inbox: readonly string[],
): StoredUpgrade {
  const { n, o, l } = fields;
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
  };
}

export const messages = (inbox: readonly string[]): readonly Message[] =>
  inbox.map((text) => JSON.parse(text) as Message);

/** client, number, queue, due time: as `activationOf` in indexes.lua gives them. */
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

/** Record and inbox of each as they were at one moment; null where there is no record. */
export async function readUpgrades(
  { run }: Shard,
  asked: readonly UpgradeKey[],
): Promise<readonly (StoredUpgrade | null)[]> {
  if (asked.length === 0) return [];
  const ids = asked.map(({ campaign, client }) => `${campaign}.${client}`);
  const found = (await run('read-records', ...ids)) as readonly (readonly [string[], string[]])[];
  return asked.map((key, at) => {
    const [flat = [], inbox = []] = found[at] ?? [];
    const fields = Object.fromEntries(pairs(flat)) as Partial<RecordFields>;
    return fields.v === undefined ? null : storedUpgrade(key, fields as RecordFields, inbox);
  });
}
