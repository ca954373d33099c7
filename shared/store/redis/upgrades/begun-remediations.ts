import type { BegunRemediation } from '../../../domain/rules/remediation-limits.ts';
import { list, lua, script } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';

/** Those that began at this policy time or later, by name. */
export async function readBegunRemediations(
  { redis, keys }: Shard,
  campaign: string,
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const found = await redis.zrangebyscore(keys.of('remediations', campaign), since, '+inf', 'WITHSCORES');
  return new Map(
    found.flatMap((name, index) => (index % 2 === 0 ? [[name, Number(found[index + 1])] as const] : [])),
  );
}

const putBackScript = script(
  import.meta.url,
  'put-back-remediations',
  lua`
-- @include ../core/lists.lua

-- Counts remediations that have begun, as take-remediation does; one that is known counts once.
-- ARGV: campaign; list: name, policy time and wave of each
local first, last = lists(2)()
for at = first, last, 3 do
  if redis.call('ZADD', key('remediations', ARGV[1]), 'NX', ARGV[at + 1], ARGV[at]) == 1 then
    redis.call('HINCRBY', key('campaign', ARGV[1]), 'remediations:' .. ARGV[at + 2], 1)
  end
end
return 1`,
);

const pieceSize = 500;

export async function putBackRemediations(
  { run }: Shard,
  campaign: string,
  begun: readonly BegunRemediation[],
): Promise<void> {
  for (const piece of inPieces(begun, pieceSize))
    await run(putBackScript, campaign, ...list(piece.flatMap(({ name, at, wave }) => [name, at, wave])));
}
