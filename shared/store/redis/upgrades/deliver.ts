import { reasons } from '../../reasons.ts';
import { type Message, roomFor } from '../../types.ts';
import { scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { activation, type ActivationReply } from './record.ts';
import type { DeliverOutcome } from '../../upgrade-store.ts';

const deliverScript = scriptFile(import.meta.url, 'deliver.lua');

type Reply =
  | readonly ['unclaimed']
  | readonly ['other', string]
  | readonly ['delivered', string, ActivationReply | null];

/**
 * Delivers a message to a client of this shard.
 * @param asked the only campaign that may receive the message, if any
 * @returns null when no campaign claims the client
 */
export async function deliver(
  shard: Shard,
  client: string,
  message: Message,
  at: number,
  asked?: string,
): Promise<DeliverOutcome | null> {
  const text = JSON.stringify(message);
  const reply = (await shard.run(deliverScript, client, text, roomFor(message), at, asked ?? '')) as Reply;
  if (reply[0] === 'unclaimed') return null;
  if (reply[0] === 'other') return { kind: 'ignored', because: reasons.isIn(client, reply[1]) };
  const [, campaign, next] = reply;
  return {
    kind: 'delivered',
    key: { campaign, client },
    next: next === null ? null : activation(shard, campaign, next),
  };
}
