import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { type Archive, openArchive } from '../../orchestrator/audit/archive.ts';
import { readEntries, type FoundEntry } from '../../orchestrator/audit/read.ts';
import { openSealer, type Sealer } from '../../orchestrator/audit/seal.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import type { Verdict } from '../../orchestrator/audit/format/verify-chain.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { Store } from '../../shared/store/store.ts';
import { all, entry } from '../contract/store/fixtures.ts';

export interface SealingFixture extends Disposable {
  readonly folder: string;
  /** The paths of the files of all shards. */
  files(): readonly string[];
  readonly store: Store;
  readonly archive: Archive;
  readonly sealer: Sealer;
  verify(): Promise<Verdict>;
  /** The lines of all files, one after the other. */
  lines(): readonly string[];
  /** Entries as `audit export` reads them. */
  entries(): Promise<readonly FoundEntry[]>;
}

export interface SealingOptions {
  readonly store?: Store;
  readonly entriesAtMost?: number;
  readonly fileBytesAtMost?: number;
  readonly keep?: number;
  readonly shards?: number;
  /** The folder of another fixture: an orchestrator that comes after a crash. */
  readonly folder?: string;
  /** Stands between the sealer and the store or the files. */
  readonly wrapStore?: (store: Store) => Store;
  readonly wrapArchive?: (archive: Archive) => Archive;
  readonly log?: Logger;
}

/** A store, the files of its audit, and the sealer between them. */
export function sealingFixture(options: SealingOptions = {}): SealingFixture {
  const { store = createMemoryStore(Date.now), keep = 1_000_000, entriesAtMost = 1_000 } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'servpack-audit-'));
  const { fileBytesAtMost = 1e9, shards = 1 } = options;
  const archive = openArchive({ folder, prefix: 'test', shards, fileBytesAtMost });
  const files = (): readonly string[] =>
    Array.from({ length: shards }, (_, shard) => archive.files(shard)).flat();
  const sealer = openSealer({
    store: options.wrapStore?.(store) ?? store,
    archive: options.wrapArchive?.(archive) ?? archive,
    log: options.log ?? pino({ level: 'silent' }),
    keep,
    entriesAtMost,
  });
  return {
    folder,
    files,
    store,
    archive,
    sealer,
    verify: async () => {
      const verdict = await verifyPaths(files());
      if (!verdict.ok) throw new Error(verdict.error.message);
      return verdict.value;
    },
    lines: () => files().flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n')),
    entries: () => all(readEntries(store, archive, {})),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const release = { release: 'r', product: 'p', servicePack: 1, files: [] };

/** Writes so many entries, each with a text of its own as evidence. */
export async function steps(store: Store, count: number, name = 'step'): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const text = `${name} ${n}`;
    await store.stageRelease(release, { sha256: sha256(text), text }, entry('', null, text));
  }
}

/** The reasons of all entries, in order. */
export const becauses = async (sealing: SealingFixture): Promise<readonly string[]> =>
  (await sealing.entries()).map(({ because }) => because);

/** The reasons that `steps` writes. */
export const named = (count: number, name = 'step'): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`);

/** The store as it is after its Redis was restarted. */
export const restarted = (store: Store): Store => ({
  ...store,
  redisRun: async () => ({ isSame: false, now: Date.now() }),
});
