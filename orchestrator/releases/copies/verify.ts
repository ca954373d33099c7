import type { Logger } from 'pino';
import {
  type CopyStatus,
  type FileOnServer,
  judgeCopy,
  type KnownFile,
} from '../../../shared/domain/campaign/copies.ts';
import type { Release } from '../../../shared/domain/campaign/definition.ts';
import { messageOf } from '../../../shared/errors.ts';
import { manifestOf } from '../../../shared/store/release-store.ts';
import type { OrchestratorContext } from '../../context.ts';
import { copyPath, neededServers } from './needed.ts';
import { type CopyReader, openCopyReader } from './reader.ts';

/** Real time. What is on its way is looked at often; what is verified may still be spoiled. */
export const copyTiming = {
  verifiedMs: 60_000,
  incompleteMs: 5_000,
  unreadableMs: 30_000,
  /** A copy that nothing was heard of for so long is not known. */
  silenceMs: 60_000,
} as const;

/** Copies that are read at the same time. */
const atOnce = 32;

/** Looks after the copies on logon servers. A round begins reads and waits for none of them. */
export interface CopyVerifier {
  /** @param isNews campaigns or releases may have changed since the round before */
  round(context: OrchestratorContext, isNews?: boolean): Promise<void>;
  close(): void;
}

/** What this process remembers of a copy. */
interface Watched {
  isReading: boolean;
  /** By `performance.now()`. */
  nextAt: number;
  readonly known: Record<string, KnownFile>;
}

interface Copy {
  readonly release: Release & { readonly copies: NonNullable<Release['copies']> };
  readonly server: string;
  readonly watched: Watched;
}

/**
 * Each round finds the logon servers whose clients may still download, begins to read the copies
 * whose time has come, and forgets the others. A copy is verified only while the last read found
 * it whole.
 */
export function openCopyVerifier(
  log: Logger,
  timing: { readonly [Name in keyof typeof copyTiming]: number } = copyTiming,
  reader: CopyReader = openCopyReader(timing.silenceMs),
): CopyVerifier {
  /** By manifest and logon server. */
  const watched = new Map<string, Watched>();
  let reading = 0;
  /** The copies that were needed when campaigns or releases changed last. */
  let needed: readonly Copy[] = [];
  const watchOf = (manifest: string, server: string): Watched => {
    const id = `${manifest}|${server}`;
    const found = watched.get(id) ?? { isReading: false, nextAt: 0, known: {} };
    watched.set(id, found);
    return found;
  };
  const read = async (
    context: OrchestratorContext,
    { release, server, watched: mine }: Copy,
  ): Promise<void> => {
    const request = { path: copyPath(release.copies, server), files: release.files, known: mine.known };
    const keep = (name: string, found: FileOnServer): void => {
      if ('sha256' in found) mine.known[name] = found;
    };
    const judged = judgeCopy(release.files, await reader.read(request, keep));
    const before = (await context.store.readCopies(release.release)).find(
      (each) => each.logonServer === server,
    );
    const now = context.clock.now();
    const since = before?.state === judged.state ? before.since : now;
    const status: CopyStatus = { logonServer: server, ...judged, since, checkedAt: now };
    await context.store.writeCopies(release.release, manifestOf(release), [status], []);
    mine.nextAt = performance.now() + timing[`${status.state}Ms`];
    if (before?.state !== status.state) {
      // No audit entry shows that clients of this logon server may begin now, or no longer may.
      await context.store.wakeLeader('');
      log.info({ release: release.release, server, because: status.because }, `copy ${status.state}`);
    }
  };
  const begin = (context: OrchestratorContext, copy: Copy): void => {
    copy.watched.isReading = true;
    reading += 1;
    void read(context, copy)
      .catch((error: unknown) => {
        copy.watched.nextAt = performance.now() + timing.incompleteMs;
        log.warn(
          { release: copy.release.release, server: copy.server, error: messageOf(error) },
          'copy not judged',
        );
      })
      .finally(() => {
        copy.watched.isReading = false;
        reading -= 1;
      });
  };
  const readNeeded = async (context: OrchestratorContext): Promise<readonly Copy[]> => {
    const found: Copy[] = [];
    for (const [name, servers] of await neededServers(context.store)) {
      const release = await context.store.readRelease(name);
      if (release?.copies === undefined) continue;
      const manifest = manifestOf(release);
      await forget(context, name, manifest, servers);
      for (const server of servers.keys())
        found.push({
          release: { ...release, copies: release.copies },
          server,
          watched: watchOf(manifest, server),
        });
    }
    return found;
  };
  return {
    round: async (context, isNews = true) => {
      if (isNews) needed = await readNeeded(context);
      for (const copy of needed) {
        if (reading >= atOnce) return;
        if (copy.watched.isReading || performance.now() < copy.watched.nextAt) continue;
        begin(context, copy);
      }
    },
    close: () => reader.close(),
  };
}

/** A copy that no campaign needs any more is forgotten. */
async function forget(
  { store }: OrchestratorContext,
  release: string,
  manifest: string,
  needed: ReadonlyMap<string, number>,
): Promise<void> {
  const gone = (await store.readCopies(release)).filter(({ logonServer }) => !needed.has(logonServer));
  if (gone.length === 0) return;
  await store.writeCopies(
    release,
    manifest,
    [],
    gone.map(({ logonServer }) => logonServer),
  );
}
