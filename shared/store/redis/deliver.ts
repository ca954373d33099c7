import { reasons } from '../reasons.ts';
import { type DeliverOutcome, inboxLimit, type Message } from '../store.ts';
import { readCampaigns } from './campaigns.ts';
import { activation, type ActivationReply } from './record.ts';
import { type Shard, valuesOf } from './shard.ts';

type DeliverReply = readonly ['nobody'] | readonly ['delivered', string, ActivationReply | null];

export async function deliver(
  shard: Shard,
  client: string,
  message: Message,
  at: number,
): Promise<DeliverOutcome> {
  const reply = (await shard.run('deliver', client, JSON.stringify(message), inboxLimit, at)) as DeliverReply;
  if (reply[0] === 'nobody') return { kind: 'ignored', because: await whyNobody(shard, client) };
  const [, campaign, next] = reply;
  return {
    kind: 'delivered',
    key: { campaign, client },
    next: next === null ? null : activation(campaign, next),
  };
}

/** The newest campaign that knows the client says why it has no unsettled upgrade. */
async function whyNobody(shard: Shard, client: string): Promise<string> {
  const { redis, keys } = shard;
  const names = (await readCampaigns(shard)).map(({ campaign }) => campaign.definition.campaign).reverse();
  const pipeline = redis.pipeline().hexists(keys.of('fleet'), client);
  for (const name of names) pipeline.hget(keys.of('members', name), client);
  const [isKnown, ...members] = valuesOf(await pipeline.exec()) as [number, ...(string | null)[]];
  const find = (isIt: (member: string) => boolean): string | undefined =>
    names.find((_, at) => members[at] !== null && isIt(members[at] ?? ''));
  const waits = find((member) => member !== '');
  if (waits !== undefined) return reasons.waits(client, waits);
  const settled = find((member) => member === '');
  if (settled !== undefined) return reasons.hasSettled(client, settled);
  return isKnown === 1 ? reasons.inNoCampaign(client) : reasons.unknownClient(client);
}
