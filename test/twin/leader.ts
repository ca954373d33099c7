import type { Leader, LeaderFence, LeaderStore, LeadOutcome } from '../../shared/store/leader-store.ts';
import type { RoundFailureStore } from '../../shared/store/round-failure-store.ts';
import type { Tables } from './tables.ts';

export const leaderStoreOf = (tables: Tables, now: () => number): LeaderStore => ({
  lead: async (owner, leaseMs) => lead(tables, owner, leaseMs, now()),
  renewLead: async (owner, fence, leaseMs) => {
    const leader = leaderNow(tables, now());
    if (leader?.owner !== owner || leader.fence !== fence) return false;
    tables.leader = { ...leader, until: now() + leaseMs };
    return true;
  },
  resign: async (owner, fence) => resign(tables, owner, fence),
  leader: async () => leaderNow(tables, now()),
});

export const roundFailureStoreOf = ({ roundFailures }: Tables): RoundFailureStore => ({
  roundFailures: async () => [...roundFailures.values()],
  noteRoundFailure: async (failure) =>
    void roundFailures.set(`${failure.campaign}|${failure.round}`, failure),
  clearRoundFailure: async ({ campaign, round }) => void roundFailures.delete(`${campaign}|${round}`),
});

function lead(tables: Tables, owner: string, leaseMs: number, now: number): LeadOutcome {
  const leader = leaderNow(tables, now);
  if (leader !== null && leader.owner !== owner) return { kind: 'follows', ...leader };
  if (leader === null) tables.leaderFence = Math.max(tables.leaderFence + 1, now * 1_000);
  tables.leader = { owner, fence: tables.leaderFence, until: now + leaseMs };
  return { kind: 'leads', ...tables.leader };
}

function resign(tables: Tables, owner: string, fence: LeaderFence): void {
  if (tables.leader?.owner === owner && tables.leader.fence === fence) tables.leader = null;
}

const leaderNow = ({ leader }: Tables, now: number): Leader | null =>
  leader !== null && leader.until > now ? leader : null;

/** A newer leader has been seen: a call with this fence changes nothing. */
export function isDeposed(tables: Tables, fence: LeaderFence | undefined): boolean {
  if (fence === undefined) return false;
  if (tables.leaderFence > fence) return true;
  tables.leaderFence = fence;
  return false;
}
