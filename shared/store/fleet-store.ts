import type { Client } from '../domain/campaign/definition.ts';
import type { Twin } from '../domain/campaign/machine.ts';
import type { NameRange } from './name-order.ts';
import type { AuditEntry } from './types.ts';

/** How many clients were new and changed, and how many there are now. */
export interface Imported {
  readonly added: number;
  readonly changed: number;
  readonly total: number;
}

/** `twins`: nothing was changed. `client` of each is one of the list, `other` is in the fleet. */
export type ImportOutcome =
  | { readonly kind: 'imported'; readonly imported: Imported }
  | { readonly kind: 'twins'; readonly twins: readonly Twin[] };

/** As `MemberPage` of a campaign. */
export interface FleetPage {
  readonly clients: readonly Client[];
  readonly read: number;
  readonly through: string | null;
}

export interface DrawnNames {
  /** The places are the whole fleet: it has no more of them than were asked for. */
  readonly isWhole: boolean;
  readonly places: readonly (readonly string[])[];
}

/** The fleet: one entry per client. */
export interface FleetStore {
  /**
   * Adds or replaces clients, all of them or none.
   * @returns how many were new and changed, and how many clients there are now
   */
  importFleet(clients: readonly Client[], audit?: AuditEntry): Promise<Imported>;
  /**
   * The same, unless one of the clients would be a second client of one machine in the fleet: its
   * id differs from another one by case only, or its host is that of another client. Clients that
   * are in the fleet already, with the same host, are not asked again.
   */
  importUnique(clients: readonly Client[], audit: AuditEntry): Promise<ImportOutcome>;
  readClient(client: string): Promise<Client | null>;
  /** The entries of these clients, in the same order; null where the fleet has none. */
  readClients(clients: readonly string[]): Promise<readonly (Client | null)[]>;
  /** The twins for which `importUnique` would refuse this list. */
  twinsOf(clients: readonly Client[]): Promise<readonly Twin[]>;
  /**
   * How many clients of the fleet have each spelling of a logon server. Kept with every change of
   * the fleet: reads no client.
   */
  logonServers(): Promise<ReadonlyMap<string, number>>;
  /**
   * For each of these names, in the same order: the clients of the fleet that have it, whatever its
   * case. Only a fleet of an earlier version has two clients of one name.
   */
  spellings(names: readonly string[]): Promise<readonly (readonly string[])[]>;
  fleet(): AsyncIterable<Client>;
  /** The first clients of the range, in the order of their names; case does not matter. */
  fleetByName(range: NameRange): Promise<FleetPage>;
  /**
   * How many clients are servers. Reads no client, but for the first call after a large import.
   * @param logonServers only clients with one of these spellings
   */
  fleetServers(logonServers?: readonly string[]): Promise<number>;
  /**
   * Names at places of the fleet that these whole numbers (from 0 on) choose, neighbours together,
   * at most 256 at one place. Costs the same in a fleet of any size; the same numbers give the same
   * names until clients come or go.
   */
  drawNames(draws: readonly number[]): Promise<DrawnNames>;
  /** The names of all clients, each once, in no order. */
  fleetNames(): AsyncIterable<string>;
  fleetSize(): Promise<number>;
  /**
   * Differs from what an earlier call said when clients were imported or removed, or a campaign was
   * set running since. One command.
   */
  fleetChanges(): Promise<string>;
}
