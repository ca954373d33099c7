import type { AuditEntry } from './types.ts';

/** In place of a client: all of them. */
export const everyClient = '*';

/** How the audit names what changes here; what is kept beside the entry follows from it. */
export const movedTo = 'moved';
export const revokedTo = 'tokens revoked';

/** What clients that report in by themselves need of the store. */
export interface CheckInStore {
  /** By client, and `everyClient`: check-in tokens of a lower generation are refused. Only what was ever raised. */
  tokenGenerations(): Promise<Readonly<Record<string, number>>>;
  /** The lowest generation of check-in tokens that is good for this client; 1 when none was ever raised. */
  leastGeneration(client: string): Promise<number>;
  /** Refuses tokens of this client (or `everyClient`) below `least`; what was raised is never lowered. Returns what holds then. */
  raiseGeneration(client: string, least: number, audit: AuditEntry): Promise<number>;
  /**
   * Gives a client another address, and changes nothing else of its entry. False = it has that address, is not in the fleet, or
   * someone else was faster.
   */
  moveClient(client: string, host: string, audit: AuditEntry): Promise<boolean>;
}
