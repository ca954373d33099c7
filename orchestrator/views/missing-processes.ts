import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { States } from '../../shared/domain/outcome/states.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** A process without which nothing goes on. */
export interface MissingProcess {
  readonly process: 'leader' | 'worker';
  /** Policy time; null = none has been seen. */
  readonly since: number | null;
}

/** The same for people, with what it means for the campaign. `since` is ISO 8601, UTC. */
export interface MissingStatus {
  readonly process: MissingProcess['process'];
  readonly since: string | null;
  readonly says: string;
}

/** The words for a missing process, which no reader passes over. */
export const missingWord = { worker: 'NO WORKER RUNS', leader: 'NO ORCHESTRATOR LEADS' } as const;

/** The command that starts the process, with what it needs. */
export const startingCommand = {
  worker: 'servpack worker   # with REDIS_URL and SERVPACK_GATEWAY',
  leader: 'servpack orchestrator   # servpack doctor says why this one does not lead',
} as const;

/**
 * The missing processes that keep this campaign waiting. Left out where there are none: nothing is
 * to be done, or what must run does.
 */
export function missingIn(
  missing: readonly MissingProcess[],
  status: CampaignState['status'],
  states: States,
): { readonly missing?: readonly MissingStatus[] } {
  const found = missing.flatMap(({ process, since }) => {
    const says = process === 'leader' ? withoutLeader(status) : withoutWorker(clientsFor(status, states));
    return says === null ? [] : [{ process, since: since === null ? null : isoOf(since), says }];
  });
  return found.length === 0 ? {} : { missing: found };
}

/** Nothing is left for a leader in a campaign that is created or over. */
const withoutLeader = (status: CampaignState['status']): string | null =>
  status === 'created' || status === 'ended'
    ? null
    : 'no campaign starts, no client is admitted and no wave opens';

const withoutWorker = (clients: number): string | null =>
  clients === 0
    ? null
    : `nothing is done on any client; ${clients} ${clients === 1 ? 'client waits' : 'clients wait'}`;

/** The clients that a worker would work on now. */
function clientsFor(status: CampaignState['status'], states: States): number {
  const begun = states.active + states.restarting + states.remedying;
  if (status === 'running') return begun + states.waiting + states.deferred;
  return status === 'paused' || status === 'aborted' ? begun : 0;
}
