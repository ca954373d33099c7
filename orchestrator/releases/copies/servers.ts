import type { CopyStatus } from '../../../shared/domain/campaign/copies.ts';
import { ok, err, type Result } from '../../../shared/errors.ts';
import type { OrchestratorContext } from '../../context.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import { copyPath, neededServers } from './needed.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';

/**
 * Every logon server that a release is needed on, and the state of its copy. Times are ISO 8601,
 * UTC.
 */
export interface ReleaseServers {
  readonly release: string;
  /**
   * False: the release file names no copies, and all logon servers share the one tree that was
   * staged.
   */
  readonly hasCopies: boolean;
  readonly servers: readonly {
    readonly logonServer: string;
    /** `unknown`: not read yet. */
    readonly state: CopyStatus['state'] | 'unknown';
    readonly filesOk: number;
    readonly filesInAll: number;
    readonly because: string;
    readonly path: string;
    readonly since: string | null;
    readonly checkedAt: string | null;
    /** Clients that have not been admitted. */
    readonly waiting: number;
  }[];
}

/** The state of a release on each logon server that it is needed on. */
export async function readServers(
  { store }: OrchestratorContext,
  name: string,
): Promise<Result<ReleaseServers, Refusal>> {
  const release = await store.readRelease(name);
  if (release === null) return err(notFound('release', name));
  const { copies } = release;
  if (copies === undefined) return ok({ release: name, hasCopies: false, servers: [] });
  const found = new Map((await store.readCopies(name)).map((each) => [each.logonServer, each]));
  const needed = (await neededServers(store)).get(name) ?? new Map<string, number>();
  const names = [...new Set([...needed.keys(), ...found.keys()])].sort();
  const servers = names.map((logonServer) => {
    const status = found.get(logonServer);
    return {
      logonServer,
      state: status?.state ?? ('unknown' as const),
      filesOk: status?.filesOk ?? 0,
      filesInAll: release.files.length,
      because: status?.because ?? 'not read yet',
      path: copyPath(copies, logonServer),
      since: status === undefined ? null : isoOf(status.since),
      checkedAt: status === undefined ? null : isoOf(status.checkedAt),
      waiting: needed.get(logonServer) ?? 0,
    };
  });
  return ok({ release: name, hasCopies: true, servers });
}
