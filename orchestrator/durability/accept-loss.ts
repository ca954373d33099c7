import type { Logger } from 'pino';
import { type Fault, fault } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { mastersOf, openClient } from '../../shared/redis/client.ts';
import { parseRedisUrl } from '../../shared/redis/redis-url.ts';
import { judgeDurability } from './judge-durability.ts';
import { readServerFacts } from './server-facts.ts';

export interface LossQuestion {
  readonly redisUrl: string;
  /** A person has said that this loss is acceptable. */
  readonly acceptLoss: boolean;
}

const answerMs = 5_000;

/**
 * Why an orchestrator must not start on this Redis, because Redis may lose more than a second of
 * what it has answered; null = it may start. What is accepted or unknown is logged at every start.
 * @returns fault `redis.loss`
 */
export async function whyLoss({ redisUrl, acceptLoss }: LossQuestion, log: Logger): Promise<Fault | null> {
  const address = parseRedisUrl(redisUrl);
  if (address === null) return null;
  // A connection of its own: the store does not lend its one.
  const redis = openClient(address, { use: 'store', answerMs, retry: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    for (const master of mastersOf(redis)) {
      const facts = await readServerFacts(master, address.where);
      const found = judgeDurability(facts);
      if (found.state === 'ok') continue;
      const { says, leadsTo, todo, mustAccept } = found;
      if (mustAccept && !acceptLoss)
        return fault(
          'redis.loss',
          `Redis at ${facts.where} may lose records: ${says}; ${leadsTo}. Correct it (${todo}), ` +
            'or start with --accept-loss or SERVPACK_ACCEPT_LOSS=yes where this loss is acceptable',
        );
      const head = mustAccept ? 'LOSS ACCEPTED' : 'LOSS POSSIBLE';
      log.warn({ redis: facts.where, todo }, `${head}: ${says}; ${leadsTo}`);
    }
    return null;
  } catch (error) {
    return fault(
      'redis.unreachable',
      `Redis at ${address.where} does not say what it keeps: ${reasonOf(error)}`,
    );
  } finally {
    redis.disconnect();
  }
}
