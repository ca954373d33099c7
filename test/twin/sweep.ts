import { makeDue, presentActivation } from './slots.ts';
import { compare, type Row, type Tables } from './tables.ts';
import type { SweepFinding } from '../../shared/store/types.ts';

/** Lost leases first: they are waiting for a driver. Then what is overdue, longest first. */
export function sweep(
  tables: Tables,
  at: number,
  graceMs: number,
  limit: number,
  skip: number,
  now: number,
): readonly SweepFinding[] {
  const rows = [...tables.campaigns.values()].flatMap((table) => [...table.rows.values()]);
  const expired = rows
    .filter(({ stored }) => stored.lease !== null && stored.lease.until <= now)
    .sort((a, b) => (a.stored.lease?.until ?? 0) - (b.stored.lease?.until ?? 0) || byName(a, b))
    .slice(0, limit)
    .map((row) => takeLease(row, at));
  const overdue = rows
    .filter(({ stored }) => stored.dueAt !== null && stored.dueAt < at - graceMs)
    .sort((a, b) => (a.stored.dueAt ?? 0) - (b.stored.dueAt ?? 0) || byName(a, b))
    .slice(skip, skip + limit - expired.length)
    .map((row): SweepFinding => ({ key: row.stored.key, found: 'overdue', next: presentActivation(row) }));
  return [...expired, ...overdue];
}

function takeLease(row: Row, at: number): SweepFinding {
  const next = makeDue(row, at, row.stored.holdsSlots);
  row.stored = { ...row.stored, crashes: row.stored.crashes + 1 };
  return { key: next.key, found: 'leaseExpired', next };
}

const byName = (a: Row, b: Row): number =>
  compare(
    `${a.stored.key.campaign}.${a.stored.key.client}`,
    `${b.stored.key.campaign}.${b.stored.key.client}`,
  );
