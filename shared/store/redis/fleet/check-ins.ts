import { type CheckInStore, everyClient } from '../../check-in-store.ts';
import { auditFields } from '../audit/audit.ts';
import { clientOf, withHost } from './fleet-text.ts';
import { list } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

/** All of it lies in shard 0, with the fleet. */
export const checkingInOf = ({ redis, keys, run }: Shard): CheckInStore => ({
  tokenGenerations: async () => {
    const found = await redis.hgetall(keys.of('tokens'));
    return Object.fromEntries(Object.entries(found).map(([client, least]) => [client, Number(least)]));
  },
  leastGeneration: async (client) => {
    const [all, own] = await redis.hmget(keys.of('tokens'), everyClient, client);
    return Math.max(1, Number(all ?? 1), Number(own ?? 1));
  },
  raiseGeneration: async (client, least, audit) =>
    Number(await run('raise-generation', client, least, ...list(auditFields(audit, null)))),
  moveClient: async (client, host, audit) => {
    const known = await redis.hget(keys.of('fleet'), client);
    if (known === null || clientOf(client, known).host === host) return false;
    const moved = withHost(client, known, host);
    return (await run('move-client', client, known, moved, ...list(auditFields(audit, null)))) === 1;
  },
});
