import { type RedisRun, type SealedHead, type SealState, writtenEvidenceSeconds } from '../../seal-store.ts';
import type { Evidence } from '../../types.ts';
import { lua, named, script, scriptFile } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';

/** How many entries one call removes at most: Redis answers no other client meanwhile. */
const trimAtMost = 1_000;
const pieceSize = 200;

export async function readSeal({ redis, keys }: Shard): Promise<SealState> {
  const {
    number,
    head = '',
    after = '',
    last = '',
    header = '',
    written,
  } = await redis.hgetall(keys.of('seal'));
  return {
    head: number === undefined ? null : { number: Number(number), head, after, last, header },
    written: Number(written ?? 0),
  };
}

const moveSealScript = scriptFile(import.meta.url, 'move-seal.lua');

export async function moveSeal(
  { run }: Shard,
  before: SealedHead | null,
  { number, head, after, last, header }: SealedHead,
): Promise<boolean> {
  const { number: numberBefore = 0, head: headBefore = '' } = before ?? {};
  const fields = named({ numberBefore, headBefore, number, head, after, last, header });
  return (await run(moveSealScript, fields)) === 1;
}

const redisRunScript = script(
  import.meta.url,
  'redis-run',
  lua`
-- @include redis-run.lua
-- Returns 1 when this server held the shard since the head moved, else 0; and its clock in ms.
local time = redis.call('TIME')
return { redis.call('HGET', key('seal'), 'run') == redisRun() and 1 or 0, time[1] * 1000 + time[2] / 1000 }`,
);

export async function redisRun({ run }: Shard): Promise<RedisRun> {
  const [isSame, now] = (await run(redisRunScript)) as [number, number];
  return { isSame: isSame === 1, now };
}

/**
 * A text in no file has no expiry. Texts themselves would be slow here: Redis's Lua hashes them.
 */
const unwrittenScript = script(
  import.meta.url,
  'unwritten-evidence',
  lua`
-- Returns 1 for each of these texts that stands in no file yet, else 0.
-- ARGV: SHA-256s
local found = {}
for at, sha256 in ipairs(ARGV) do found[at] = redis.call('TTL', key('evidence', sha256)) == -1 and 1 or 0 end
return found`,
);

/**
 * Two commands read many texts. Reading them one by one would cost the orchestrator more than all
 * its other work for a client.
 */
export async function unwrittenEvidence(
  { redis, keys, run }: Shard,
  sha256s: readonly string[],
): Promise<readonly Evidence[]> {
  const found: Evidence[] = [];
  for (const piece of inPieces(sha256s, pieceSize)) {
    const states = (await run(unwrittenScript, ...piece)) as number[];
    const unwritten = piece.filter((_, at) => states[at] === 1);
    if (unwritten.length === 0) continue;
    const texts = await redis.mget(...unwritten.map((sha256) => keys.of('evidence', sha256)));
    unwritten.forEach((sha256, at) => {
      const text = texts[at];
      if (typeof text === 'string') found.push({ sha256, text });
    });
  }
  return found;
}

const markEvidenceScript = script(
  import.meta.url,
  'mark-evidence',
  lua`
-- Lets texts that stand in a file expire.
-- ARGV: seconds after the last use, SHA-256s
for at = 2, #ARGV do redis.call('EXPIRE', key('evidence', ARGV[at]), ARGV[1]) end
return 1`,
);

const markWrittenScript = script(
  import.meta.url,
  'mark-written',
  lua`
-- @include redis-run.lua
-- Notes that the head of the chain stands in a file. Ignored when another block is the head by now.
-- ARGV: number and head of the block
local found = redis.call('HMGET', key('seal'), 'number', 'head')
if found[1] == ARGV[1] and found[2] == ARGV[2] then
  redis.call('HSET', key('seal'), 'written', ARGV[1], 'run', redisRun())
end
return 1`,
);

export async function markWritten(
  { run }: Shard,
  { number, head }: Pick<SealedHead, 'number' | 'head'>,
  sha256s: readonly string[],
): Promise<void> {
  for (const piece of inPieces(sha256s, pieceSize))
    await run(markEvidenceScript, writtenEvidenceSeconds, ...piece);
  await run(markWrittenScript, number, head);
}

const trimScript = scriptFile(import.meta.url, 'trim-audit.lua');

export const trimAudit = async ({ run }: Shard, keep: number): Promise<number> =>
  Number(await run(trimScript, keep, trimAtMost));
