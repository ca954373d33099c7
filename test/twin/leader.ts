import type { Tables } from './tables.ts';
import type { Leader, LeaderFence, LeadOutcome } from '../../shared/store/leader-store.ts';

export function lead(tables: Tables, owner: string, leaseMs: number, now: number): LeadOutcome {
  const held = leaderNow(tables, now);
  if (held !== null && held.owner !== owner) return { kind: 'follows', ...held };
  if (held === null) tables.leaderFence = Math.max(tables.leaderFence + 1, now * 1_000);
  tables.leader = { owner, fence: tables.leaderFence, until: now + leaseMs };
  return { kind: 'leads', ...tables.leader };
}

export function resign(tables: Tables, owner: string, fence: LeaderFence): void {
  if (tables.leader?.owner === owner && tables.leader.fence === fence) tables.leader = null;
}

export const leaderNow = ({ leader }: Tables, now: number): Leader | null =>
  leader !== null && leader.until > now ? leader : null;

/** A newer leader has been seen: whoever comes with this fence changes nothing. */
export function isDeposed(tables: Tables, fence: LeaderFence | undefined): boolean {
  if (fence === undefined) return false;
  if (tables.leaderFence > fence) return true;
  tables.leaderFence = fence;
  return false;
}
