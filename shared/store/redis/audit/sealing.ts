import type { AuditStore } from '../../audit-store.ts';
import type { SealedHead, SealStore, SealState } from '../../seal-store.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import { auditAfter } from './audit.ts';
import { readUpgrades } from '../upgrades/record.ts';
import { inPieces, type Shard } from '../core/shard.ts';

/** So many entries a trimming takes away at most: Redis answers nobody else meanwhile. */
const trimAtMost = 1_000;
const pieceSize = 200;

type SealPart = SealStore & Pick<AuditStore, 'shards' | 'readSeal' | 'auditAfter'>;

/** @param shardOf the shard with this number */
export function sealingOf(shards: number, shardOf: (shard: number) => Shard): SealPart {
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

/** Two calls for many texts: asked one by one, they would cost the orchestrator more than everything else it does for a client. */
async function unwrittenEvidence({ redis, keys, run }: Shard, sha256s: readonly string[]) {
  const found: { sha256: string; text: string }[] = [];
  for (const piece of inPieces(sha256s, pieceSize)) {
    const states = (await run('unwritten-evidence', ...piece)) as number[];
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

async function markWritten({ run }: Shard, block: number, sha256s: readonly string[]): Promise<void> {
  for (const piece of inPieces(sha256s, pieceSize))
    await run('mark-evidence', writtenEvidenceSeconds, ...piece);
  await run('mark-written', block);
}
