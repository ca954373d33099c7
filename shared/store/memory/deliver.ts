import { reasons } from '../reasons.ts';
import { type DeliverOutcome, inboxLimit, type Message } from '../store.ts';
import { makeDue } from './slots.ts';
import { byCreation, rowOf, type Tables } from './tables.ts';

export function deliver(tables: Tables, client: string, message: Message, at: number): DeliverOutcome {
  const campaign = tables.claims.get(client);
  const key = { campaign: campaign ?? '', client };
  const row = rowOf(tables, key);
  if (row === undefined) return { kind: 'ignored', because: whyNobody(tables, client) };
  if (row.stored.inbox.length < inboxLimit)
    row.stored = { ...row.stored, inbox: [...row.stored.inbox, message] };
  const next = row.stored.index === 'due' ? makeDue(row, at, row.stored.holdsSlots) : null;
  return { kind: 'delivered', key, next };
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
