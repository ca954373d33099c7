import type { SweepFinding } from '../store.ts';
import { makeDue } from './slots.ts';
import { compare, type Row, type Tables } from './tables.ts';

/** Lost leases first: they are waiting for a driver. Then what is overdue, longest first. */
export function sweep(
  tables: Tables,
  at: number,
  graceMs: number,
  limit: number,
  now: number,
): readonly SweepFinding[] {
  const rows = [...tables.campaigns.values()].flatMap((table) => [...table.rows.values()]);
  const expired = rows
    .filter(({ stored }) => stored.lease !== null && stored.lease.until <= now)
    .sort((a, b) => (a.stored.lease?.until ?? 0) - (b.stored.lease?.until ?? 0) || byName(a, b))
    .slice(0, limit)
    .map((row): SweepFinding => ({
      key: row.stored.key,
      found: 'leaseExpired',
      next: makeDue(row, at, row.stored.holdsSlots),
    }));
  const overdue = rows
    .filter(({ stored }) => stored.dueAt !== null && stored.dueAt < at - graceMs)
    .sort((a, b) => (a.stored.dueAt ?? 0) - (b.stored.dueAt ?? 0) || byName(a, b))
    .slice(0, limit - expired.length)
    .map(overdueFinding);
  return [...expired, ...overdue];
}

const overdueFinding = ({ stored }: Row): SweepFinding => ({
  key: stored.key,
  found: 'overdue',
  next: { key: stored.key, activation: stored.activation, queue: stored.queue, dueAt: stored.dueAt ?? 0 },
});

const byName = (a: Row, b: Row): number =>
  compare(
    `${a.stored.key.campaign}.${a.stored.key.client}`,
    `${b.stored.key.campaign}.${b.stored.key.client}`,
  );
