import { reachesEntry } from '../domain/narrowing.ts';
import type { OrchestratorContext } from '../context.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import type { Archive } from './archive.ts';
import type { AuditContents, FileContents } from './contents/audit-contents.ts';
import { placedEntries } from './contents/placed-entries.ts';

/**
 * For so long (real time) a request waits until the files are known. One that comes right after the
 * start of the orchestrator does not wait for all of them.
 */
const waitsMs = 2_000;

interface OfClient {
  readonly client: string;
  readonly campaign?: string;
}

/**
 * The newest entries about a client, the newest first: those that no file has yet from Redis, and
 * then from the blocks of the files that have some. Where the files are not known, or are not all
 * here, the newest 20,000 entries in Redis are looked through.
 */
export async function newestEntries(
  context: Pick<OrchestratorContext, 'store' | 'archive' | 'contents' | 'asker'>,
  limit: number,
  filter: OfClient,
): Promise<readonly AuditEntry[]> {
  const { store, asker } = context;
  const shards = await filesSoon(context);
  const above = shards?.map((files) => files.at(-1)?.blocks.at(-1)?.last ?? beforeAll);
  const found = [...(await store.audit(limit, above === undefined ? filter : { ...filter, above }))];
  // A client has its entries in one shard.
  for (const files of shards ?? [])
    for await (const entry of backwards(files, filter)) {
      if (found.length >= limit) return found;
      if (asker === undefined || reachesEntry(asker, entry)) found.push(entry);
    }
  return found;
}

/** By shard; null = they are not known within the time, or a part of them is missing. */
async function filesSoon({
  store,
  archive,
  contents,
}: Pick<OrchestratorContext, 'store' | 'archive' | 'contents'>): Promise<
  readonly (readonly FileContents[])[] | null
> {
  if (archive === undefined || contents === undefined) return null;
  const late = AbortSignal.timeout(waitsMs);
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  const known = await Promise.all(shards.map((shard) => knownIn(contents, archive, shard, late)));
  const whole = known.filter((files) => files !== null);
  return whole.length < known.length ? null : whole;
}

async function knownIn(
  contents: AuditContents,
  archive: Archive,
  shard: number,
  late: AbortSignal,
): Promise<readonly FileContents[] | null> {
  try {
    const files = await contents.of(archive, shard, late);
    const numbers = files.flatMap(({ blocks }) => blocks.map(({ block }) => block));
    // Another orchestrator has the others in its folder.
    return numbers.every((block, at) => block <= (numbers[at - 1] ?? 0) + 1) ? files : null;
  } catch (error) {
    if (late.aborted) return null;
    throw error;
  }
}

async function* backwards(files: readonly FileContents[], filter: OfClient): AsyncGenerator<AuditEntry> {
  const seen = new Set<string>();
  for (const { path, blocks } of files.toReversed())
    for (const block of blocks.toReversed()) {
      const own: AuditEntry[] = [];
      for await (const item of placedEntries([{ path, blocks: [block] }], filter)) {
        // A block may have taken the place of one that a crash left in the file.
        if ('header' in item || seen.has(item.id)) continue;
        seen.add(item.id);
        const { at, campaign, client, who, from, to, because, evidence } = item;
        own.push({ at, campaign, client, who, from, to, because, evidence });
      }
      yield* own.reverse();
    }
}
