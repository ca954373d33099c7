import { reasons } from '../../reasons.ts';
import { readCampaigns } from '../campaigns/campaigns.ts';
import { activation, type ActivationReply } from './record.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import { type DeliverOutcome, type Message, roomFor } from '../../types.ts';

type DeliverReply =
  | readonly ['nobody']
  | readonly ['other', string]
  | readonly ['delivered', string, ActivationReply | null];

export async function deliver(
  shards: Shards,
  client: string,
  message: Message,
  at: number,
  asked?: string,
): Promise<DeliverOutcome> {
  const shard = await shards.homes.of(client);
  const text = JSON.stringify(message);
  const reply = (await shard.run('deliver', client, text, roomFor(message), at, asked ?? '')) as DeliverReply;
  if (reply[0] === 'other') return { kind: 'ignored', because: reasons.isIn(client, reply[1]) };
  if (reply[0] === 'nobody') return { kind: 'ignored', because: await whyNobody(shards.head, shard, client) };
  const [, campaign, next] = reply;
  return {
    kind: 'delivered',
    key: { campaign, client },
    next: next === null ? null : activation(shard, campaign, next),
  };
}

/** The newest campaign that knows the client says why it has no unsettled upgrade. */
async function whyNobody(head: Shard, { redis, keys }: Shard, client: string): Promise<string> {
  const names = (await readCampaigns(head)).map(({ campaign }) => campaign.definition.campaign).reverse();
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hget(keys.of('members', name), client);
  const members = valuesOf(await pipeline.exec()) as (string | null)[];
  const isKnown = await head.redis.hexists(head.keys.of('fleet'), client);
  const find = (isIt: (member: string) => boolean): string | undefined =>
    names.find((_, at) => members[at] !== null && isIt(members[at] ?? ''));
  const waits = find((member) => member !== '');
  if (waits !== undefined) return reasons.waits(client, waits);
  const settled = find((member) => member === '');
  if (settled !== undefined) return reasons.hasSettled(client, settled);
  return isKnown === 1 ? reasons.inNoCampaign(client) : reasons.unknownClient(client);
}
