import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { FleetColumn } from '../input/fleet-columns.ts';

/** A value that a fleet file changes. */
export interface FieldChange {
  readonly field: FleetColumn;
  readonly from: string;
  readonly to: string;
}

/** What a fleet file changes in the fleet. */
export interface FleetDifference {
  readonly added: number;
  readonly changed: number;
  /** How many clients change in each field. */
  readonly fields: readonly { readonly field: FleetColumn; readonly clients: number }[];
  /** Clients that are new or change, in the order of the file, cut at the limit. */
  readonly clients: readonly { readonly client: string; readonly changes: readonly FieldChange[] }[];
}

/** No person reads more clients. */
const clientsAtMost = 100;

/** The values of a client in the words of a fleet file. */
const valuesOf = ({ host, logonServer, zone, role, labels, port, hostKeys = [] }: Client) =>
  ({
    host,
    logonServer,
    zone,
    role,
    labels: labels.join(' '),
    port: String(port ?? ''),
    hostKey: hostKeys.join(' '),
  }) satisfies Partial<Record<FleetColumn, string>>;

export function changesOf(present: Client, row: Client): readonly FieldChange[] {
  const before = valuesOf(present);
  const after = valuesOf(row);
  return (Object.keys(after) as (keyof typeof after)[])
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, from: before[field], to: after[field] }));
}

/** @param known the entries that the fleet has of these rows, by client */
export function differenceOf(known: ReadonlyMap<string, Client>, rows: readonly Client[]): FleetDifference {
  const perField = new Map<FleetColumn, number>();
  const clients: { client: string; changes: readonly FieldChange[] }[] = [];
  let added = 0;
  let changed = 0;
  for (const row of rows) {
    const present = known.get(row.client);
    const changes = present === undefined ? [] : changesOf(present, row);
    if (present === undefined) added += 1;
    else if (changes.length > 0) changed += 1;
    else continue;
    for (const { field } of changes) perField.set(field, (perField.get(field) ?? 0) + 1);
    if (clients.length < clientsAtMost) clients.push({ client: row.client, changes });
  }
  return {
    added,
    changed,
    fields: [...perField].map(([field, count]) => ({ field, clients: count })),
    clients,
  };
}
