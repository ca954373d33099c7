import { AuditContents } from './contents/audit-contents.ts';
import { mayHave } from './contents/name-filter.ts';
import { linesIn } from './contents/placed-lines.ts';
import { nameHash } from './contents/scan-file.ts';
import type { EvidenceLine } from './format/attachment-lines.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { Archive } from './archive.ts';
import type { ReadOptions } from './read.ts';

/**
 * Texts of evidence by SHA-256: from Redis, else from the files, which keep them for good. A text
 * that is in neither is missing from the result.
 */
export async function readEvidence(
  store: OperatorStore,
  archive: Archive | undefined,
  sha256s: readonly string[],
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const each of new Set(sha256s)) {
    const text = await store.readEvidence(each);
    if (text !== null) found.set(each, text);
  }
  const missing = new Set(sha256s.filter((each) => !found.has(each)));
  if (missing.size > 0 && archive !== undefined) await readFromFiles(store, archive, missing, found, options);
  return found;
}

/** To ask each block for more texts than this takes longer than to read it. */
const askedOneByOne = 100;

async function readFromFiles(
  store: OperatorStore,
  archive: Archive,
  missing: Set<string>,
  found: Map<string, string>,
  { contents = new AuditContents(), gone }: ReadOptions,
): Promise<void> {
  const hashes = new Map([...missing].map((sha256) => [sha256, nameHash(sha256)]));
  const mayStandIn = (names: Uint8Array | null): boolean =>
    missing.size > askedOneByOne || [...missing].some((sha256) => mayHave(names, hashes.get(sha256) ?? 0));
  const shards = await store.shards();
  for (let shard = shards - 1; shard >= 0; shard -= 1) {
    const files = await contents.of(archive, shard, gone);
    for (const { path, blocks } of files.toReversed())
      for (const { names, attachmentsAt, end } of blocks.toReversed()) {
        if (missing.size === 0) return;
        if (!mayStandIn(names)) continue;
        gone?.throwIfAborted();
        for await (const line of linesIn(path, attachmentsAt, end)) take(line, missing, found);
      }
  }
}

function take(line: Buffer, missing: Set<string>, found: Map<string, string>): void {
  const hash = hashIn(line);
  if (hash === null || !missing.has(hash)) return;
  const { text } = JSON.parse(line.toString('utf8')) as EvidenceLine;
  // The file may have been changed: what does not have its hash is no evidence.
  if (sha256(text) !== hash) return;
  found.set(hash, text);
  missing.delete(hash);
}

const mark = '{"evidence":"';

/** The hash of an evidence line, read from its bytes. */
function hashIn(line: Buffer): string | null {
  const start = line.subarray(0, mark.length + 64).toString('latin1');
  return start.startsWith(mark) ? start.slice(mark.length) : null;
}
