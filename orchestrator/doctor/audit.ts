import { statSync } from 'node:fs';
import { messageOf } from '../../shared/errors.ts';
import type { Archive } from '../audit/archive.ts';
import { verifyPath } from '../audit/verify.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { broken, type Check, fine, warning } from './check.ts';

/** `audit verify` reads larger files. */
const verifiedBytesAtMost = 64 * 1024 * 1024;

/** Checks the newest file of each shard: is it unchanged, and does it reach the head in Redis? */
export async function checkAudit(
  store: OperatorStore,
  archive: Archive | undefined,
): Promise<readonly Check[]> {
  if (archive === undefined) return [];
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  return (await Promise.all(shards.map((shard) => checkShard(store, archive, shard)))).flat();
}

async function checkShard(store: OperatorStore, archive: Archive, shard: number): Promise<readonly Check[]> {
  const { head, written } = await store.readSeal(shard);
  const file = archive.files(shard).at(-1);
  if (file === undefined || head === null)
    return [
      fine(
        'audit',
        `shard ${shard}: ${head === null ? 'nothing was sealed yet' : `block ${head.number} is in another orchestrator's folder`}`,
      ),
    ];
  if (written < head.number - 1)
    return [
      warning(
        'audit',
        `shard ${shard}: blocks from ${written + 1} on are in no file yet`,
        'what was done since is kept in Redis only',
        "the orchestrator's log says why; mostly its disk",
      ),
    ];
  return [await tailCheck(file, shard)];
}

async function tailCheck(file: string, shard: number): Promise<Check> {
  const { size } = statSync(file);
  if (size > verifiedBytesAtMost)
    return fine('audit', `shard ${shard}: ${file} is large; servpack audit verify reads it`);
  try {
    const { faults, blocks } = await verifyPath(file);
    const [first] = faults;
    if (first === undefined)
      return fine(
        'audit',
        `shard ${shard}: the newest file is whole, up to block ${blocks.at(-1)?.block ?? 0}`,
      );
    return broken(
      'audit',
      `${file}:${first.line}: ${first.says}`,
      'from there on it proves nothing',
      'servpack audit verify; keep the file, and compare with the heads in the log',
    );
  } catch (error) {
    return broken(
      'audit',
      `${file} cannot be read: ${messageOf(error)}`,
      'the past cannot be proved',
      'chown or chmod it',
    );
  }
}
