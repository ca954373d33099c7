import type { Client } from '../domain/campaign/definition.ts';
import type { AuditEntry } from './types.ts';

/** The fleet: one entry per client. */
export interface FleetStore {
  /** Replaces or adds clients; the whole list or nothing. Returns how many there are now. */
  importFleet(
    clients: readonly Client[],
    audit?: AuditEntry,
  ): Promise<{ readonly added: number; readonly changed: number; readonly total: number }>;
  readClient(client: string): Promise<Client | null>;
  fleet(): AsyncIterable<Client>;
  fleetSize(): Promise<number>;
}
