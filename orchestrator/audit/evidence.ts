import { createReadStream } from 'node:fs';
import type { EvidenceLine } from './format/attachment-lines.ts';
import { splitLines } from './format/split-lines.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { Archive } from './archive.ts';

/**
 * Texts of evidence by SHA-256: from Redis, else from the files, which keep them for good. A text
 * that is in neither is missing from the result.
 */
export async function readEvidence(
  store: OperatorStore,
  archive: Archive | undefined,
  sha256s: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const each of new Set(sha256s)) {
    const text = await store.readEvidence(each);
    if (text !== null) found.set(each, text);
  }
  const missing = new Set(sha256s.filter((each) => !found.has(each)));
  if (missing.size > 0 && archive !== undefined) await readFromFiles(store, archive, missing, found);
  return found;
}

async function readFromFiles(
  store: OperatorStore,
  archive: Archive,
  missing: Set<string>,
  found: Map<string, string>,
): Promise<void> {
  const shards = await store.shards();
  const files = Array.from({ length: shards }, (_, shard) => archive.files(shard))
    .flat()
    .reverse();
  for (const file of files) {
    for await (const { line, isWhole } of splitLines(createReadStream(file))) {
      const hash = isWhole ? hashIn(line) : null;
      if (hash === null || !missing.has(hash)) continue;
      const { text } = JSON.parse(line.toString('utf8')) as EvidenceLine;
      // The file may have been changed: what does not have its hash is no evidence.
      if (sha256(text) !== hash) continue;
      found.set(hash, text);
      missing.delete(hash);
      if (missing.size === 0) return;
    }
  }
}

const mark = '{"evidence":"';

/** The hash of an evidence line, read from its bytes. */
function hashIn(line: Buffer): string | null {
  const start = line.subarray(0, mark.length + 64).toString('latin1');
  return start.startsWith(mark) ? start.slice(mark.length) : null;
}
