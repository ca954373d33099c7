import type { CopyStatus } from '../../../domain/campaign/copies.ts';
import type { Release } from '../../../domain/campaign/definition.ts';
import type { LeaderFence } from '../../leader-store.ts';
import { byServer, manifestOf } from '../../release-store.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import type { AuditEntry, Evidence } from '../../types.ts';
import { auditFields, evidenceFields } from '../audit/audit.ts';
import { flat, list, lua, script, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

export async function readRelease({ redis, keys }: Shard, release: string): Promise<Release | null> {
  const found = await redis.hget(keys.of('releases'), release);
  return found === null ? null : (JSON.parse(found) as Release);
}

export async function readReleases({ redis, keys }: Shard): Promise<readonly Release[]> {
  const found = (await redis.hvals(keys.of('releases'))).map((text) => JSON.parse(text) as Release);
  return found.sort((a, b) => (a.release < b.release ? -1 : 1));
}

const stageReleaseScript = scriptFile(import.meta.url, 'stage-release.lua');

export async function stageRelease(
  { run }: Shard,
  release: Release,
  evidence: Evidence | null,
  audit: AuditEntry,
): Promise<void> {
  const evidences = evidence === null ? [] : [evidence];
  await run(
    stageReleaseScript,
    release.release,
    JSON.stringify(release),
    writtenEvidenceSeconds,
    manifestOf(release),
    ...list(auditFields(audit, null, evidences)),
    ...list(evidenceFields(evidences)),
  );
}

const openCopiesScript = script(
  import.meta.url,
  'open-copies',
  lua`
-- @include copies.lua

-- ARGV: release, manifest ('' = the release names no copies)
openCopies(ARGV[1], ARGV[2])
return 1`,
);

/** Prepares a shard for the copies of a release that is being staged. */
export async function openCopies({ run }: Shard, release: Release): Promise<void> {
  await run(openCopiesScript, release.release, manifestOf(release));
}

export async function readCopies({ redis, keys }: Shard, release: string): Promise<readonly CopyStatus[]> {
  const found = await redis.hvals(keys.of('copyStatus', release));
  return found.map((text) => JSON.parse(text) as CopyStatus).sort(byServer);
}

/** The arguments of `ReleaseStore.writeCopies`. */
export interface CopiesFound {
  readonly release: string;
  readonly manifest: string;
  readonly found: readonly CopyStatus[];
  readonly forgotten: readonly string[];
  readonly leader: LeaderFence | undefined;
}

const writeCopiesScript = scriptFile(import.meta.url, 'write-copies.lua');

/** Writes what was found to one shard; shard 0 also keeps the whole status. */
export async function writeCopies(
  { run, number }: Shard,
  { release, manifest, found, forgotten, leader }: CopiesFound,
): Promise<boolean> {
  const names = (isVerified: boolean): readonly string[] =>
    found.filter(({ state }) => (state === 'verified') === isVerified).map((each) => each.logonServer);
  const status = Object.fromEntries(found.map((each) => [each.logonServer, JSON.stringify(each)]));
  const written = await run(
    writeCopiesScript,
    leader ?? '',
    release,
    manifest,
    ...list(names(true)),
    ...list([...names(false), ...forgotten]),
    ...list(number === 0 ? flat(status) : []),
  );
  return written === 1;
}
