import type { Clock } from '../../shared/clock.ts';
import type { LeaderStore } from '../../shared/store/leader-store.ts';
import type { WorkerRegistry } from '../../shared/store/worker-registry.ts';
import type { MissingProcess } from '../views/missing-processes.ts';

/** Real time in which another orchestrator takes the lead: two leases. */
const takeoverMs = 6_000;

type Seen = Pick<WorkerRegistry, 'workers' | 'sinceDismissalMs'> & Pick<LeaderStore, 'leader'>;

/** Says which process servpack is without, and since when. */
export interface ProcessWatch {
  /** This orchestrator leads, or knows which one does. */
  leaderFound(): void;
  missing(): Promise<readonly MissingProcess[]>;
}

/** @param monotonic real time of this process in milliseconds */
export function watchProcesses(
  store: Seen,
  clock: Pick<Clock, 'now' | 'policySpan'>,
  monotonic: () => number = () => performance.now(),
): ProcessWatch {
  let foundAt = monotonic();
  // Kept while the process is missing: the same moment computed again differs by a moment.
  const since = new Map<MissingProcess['process'], number | null>();
  const gone = (process: MissingProcess['process'], realMs: number | null): readonly MissingProcess[] => {
    const at = realMs === null ? null : clock.now() - clock.policySpan(realMs);
    if (since.get(process) === undefined) since.set(process, at);
    return [{ process, since: since.get(process) ?? null }];
  };
  const runs = (process: MissingProcess['process']): readonly MissingProcess[] => {
    since.delete(process);
    return [];
  };
  const worker = async (): Promise<readonly MissingProcess[]> => {
    const seen = await store.workers();
    if (seen.some(({ isAlive }) => isAlive)) return runs('worker');
    const dismissed = await store.sinceDismissalMs();
    const silent = [...seen.map(({ silentMs }) => silentMs), ...(dismissed === null ? [] : [dismissed])];
    return gone('worker', silent.length === 0 ? null : Math.min(...silent));
  };
  const leader = async (): Promise<readonly MissingProcess[]> => {
    const without = monotonic() - foundAt;
    if (without < takeoverMs || (await store.leader()) !== null) return runs('leader');
    return gone('leader', without);
  };
  return {
    leaderFound: () => void (foundAt = monotonic()),
    missing: async () => (await Promise.all([leader(), worker()])).flat(),
  };
}
