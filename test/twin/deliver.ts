import { reasons } from '../../shared/store/reasons.ts';
import { makeDue, presentActivation } from './slots.ts';
import { byCreation, type Row, rowOf, type Tables } from './tables.ts';
import { type Activation, type DeliverOutcome, type Message, roomFor } from '../../shared/store/types.ts';

export function deliver(
  tables: Tables,
  client: string,
  message: Message,
  at: number,
  asked?: string,
): DeliverOutcome {
  const campaign = tables.claims.get(client);
  const key = { campaign: campaign ?? '', client };
  const row = rowOf(tables, key);
  if (row === undefined) return { kind: 'ignored', because: whyNobody(tables, client) };
  if (asked !== undefined && asked !== campaign)
    return { kind: 'ignored', because: reasons.isIn(client, key.campaign) };
  const isFull = row.stored.inbox.length >= roomFor(message);
  if (!isFull) row.stored = { ...row.stored, inbox: [...row.stored.inbox, message] };
  return { kind: 'delivered', key, next: wake(row, at, isFull) };
}

/** Due already: its job stays as it is, for a new number would go to the back of the queue and never come to the front. */
function wake(row: Row, at: number, isFull: boolean): Activation | null {
  const { index, dueAt, holdsSlots } = row.stored;
  if (index !== 'due' || dueAt === null) return null;
  return isFull || dueAt <= at ? presentActivation(row) : makeDue(row, at, holdsSlots);
}

/** The newest campaign that knows the client says why it has no unsettled upgrade. */
function whyNobody(tables: Tables, client: string): string {
  const found = [...tables.campaigns].sort(([, a], [, b]) => byCreation(b.record, a.record));
  const waits = found.find(([, table]) => table.waiting.has(client));
  if (waits !== undefined) return reasons.waits(client, waits[0]);
  const settled = found.find(([, table]) => table.rows.has(client));
  if (settled !== undefined) return reasons.hasSettled(client, settled[0]);
  return tables.fleet.has(client) ? reasons.inNoCampaign(client) : reasons.unknownClient(client);
}
