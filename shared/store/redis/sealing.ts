import type { SealedHead, SealingStore, SealState } from '../sealing.ts';
import { writtenEvidenceSeconds } from '../sealing.ts';
import { auditAfter } from './audit.ts';
import { readUpgrades } from './record.ts';
import { inPieces, type Shard, valuesOf } from './shard.ts';

/** So many entries a trimming takes away at most: Redis answers nobody else meanwhile. */
const trimAtMost = 1_000;
const pieceSize = 200;

/** @param shardOf the shard with this number */
export function sealingOf(shards: number, shardOf: (shard: number) => Shard): SealingStore {
  return {
    shards: async () => shards,
    readSeal: (shard) => readSeal(shardOf(shard)),
    auditAfter: (shard, after, limit) => auditAfter(shardOf(shard), after, limit),
    moveSeal: (shard, before, next) => moveSeal(shardOf(shard), before, next),
    readUpgrades: async (shard, asked) => {
      const pieces = [...inPieces(asked, pieceSize)];
      return (await Promise.all(pieces.map((piece) => readUpgrades(shardOf(shard), piece)))).flat();
    },
    unwrittenEvidence: (shard, sha256s) => unwrittenEvidence(shardOf(shard), sha256s),
    markWritten: (shard, block, sha256s) => markWritten(shardOf(shard), block, sha256s),
    trimAudit: async (shard, keep) => Number(await shardOf(shard).run('trim-audit', keep, trimAtMost)),
  };
}

async function readSeal({ redis, keys }: Shard): Promise<SealState> {
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

async function moveSeal({ run }: Shard, before: SealedHead | null, next: SealedHead): Promise<boolean> {
  const { number, head, after, last, header } = next;
  const moved = await run(
    ...(['move-seal', before?.number ?? 0, before?.head ?? '', number, head, after, last, header] as const),
  );
  return moved === 1;
}

/** A text without an expiry has not been written yet. */
async function unwrittenEvidence({ redis, keys }: Shard, sha256s: readonly string[]) {
  const found: { sha256: string; text: string }[] = [];
  for (const piece of inPieces(sha256s, pieceSize)) {
    const expiries = redis.pipeline();
    for (const sha256 of piece) expiries.ttl(keys.of('evidence', sha256));
    const ttls = valuesOf(await expiries.exec()) as number[];
    const unwritten = piece.filter((_, at) => ttls[at] === -1);
    const reads = redis.pipeline();
    for (const sha256 of unwritten) reads.get(keys.of('evidence', sha256));
    const texts = valuesOf(await reads.exec()) as (string | null)[];
    unwritten.forEach((sha256, at) => {
      const text = texts[at];
      if (typeof text === 'string') found.push({ sha256, text });
    });
  }
  return found;
}

async function markWritten(shard: Shard, block: number, sha256s: readonly string[]): Promise<void> {
  const { redis, keys, run } = shard;
  for (const piece of inPieces(sha256s, pieceSize)) {
    const pipeline = redis.pipeline();
    for (const sha256 of piece) pipeline.expire(keys.of('evidence', sha256), writtenEvidenceSeconds);
    valuesOf(await pipeline.exec());
  }
  await run('mark-written', block);
}
