import type { Halt } from '../../../domain/campaign/halt.ts';
import { messageOf } from '../../../errors.ts';
import { auditFields } from '../audit/audit.ts';
import { list } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import { StoreUnavailable } from '../../errors.ts';
import type { AuditEntry, HaltRecord } from '../../types.ts';

export async function readHalt({ redis, keys }: Shard): Promise<HaltRecord> {
  const [version, json] = await redis.hmget(keys.of('halt'), 'version', 'json');
  return { version: Number(version ?? 0), halt: JSON.parse(json ?? 'null') as Halt | null };
}

/** The head decides; the other shards know of it before this answers. */
export async function commitHalt(
  shards: Shards,
  halt: Halt | null,
  version: number,
  audit: AuditEntry,
): Promise<boolean> {
  const fields = [
    version,
    halt === null ? 0 : 1,
    JSON.stringify(halt),
    ...list(auditFields(audit, version + 1)),
  ];
  if ((await shards.head.run('commit-halt', ...fields)) !== 1) return false;
  await tellShards(shards, { version: version + 1, halt });
  return true;
}

/** Brings every shard up to the head. */
export const repairHalt = async (shards: Shards): Promise<void> =>
  tellShards(shards, await readHalt(shards.head));

async function tellShards({ others }: Shards, { version, halt }: HaltRecord): Promise<void> {
  if (version === 0) return;
  const on = halt === null ? 0 : 1;
  const told = await Promise.allSettled(others.map(({ run }) => run('replicate-halt', version, on)));
  const missing = others.filter((_, at) => told[at]?.status === 'rejected');
  if (missing.length === 0) return;
  const [cause] = told.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const which = missing.map(({ number }) => number).join(', ');
  const what = halt === null ? 'everything may go on' : 'everything is halted';
  const message = `${what}, but shard ${which} could not be told (${messageOf(cause)}); it is told by itself when it answers`;
  throw new StoreUnavailable(message, { cause });
}
