import type { Client } from '../domain/campaign/definition.ts';
import type { AuditEntry } from './types.ts';

/** The fleet: one entry per client. */
export interface FleetStore {
  /**
   * Adds or replaces clients, all of them or none.
   * @returns how many were new and changed, and how many clients there are now
   */
  importFleet(
    clients: readonly Client[],
    audit?: AuditEntry,
  ): Promise<{ readonly added: number; readonly changed: number; readonly total: number }>;
  readClient(client: string): Promise<Client | null>;
  fleet(): AsyncIterable<Client>;
  fleetSize(): Promise<number>;
}
