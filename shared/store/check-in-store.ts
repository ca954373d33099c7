import type { AuditEntry } from './types.ts';

/** Stands for all clients in place of one. */
export const everyClient = '*';

/**
 * `to` of the audit entries of these changes. What the files keep beside an entry depends on them.
 */
export const movedTo = 'moved';
export const revokedTo = 'tokens revoked';

/** What clients that check in by themselves need of the store. */
export interface CheckInStore {
  /**
   * By client in lower case, and `everyClient`: check-in tokens of a lower generation are refused.
   * Lists only clients whose generation was ever raised. A token is good for a name in any case, so
   * its generation is, too.
   */
  tokenGenerations(): Promise<ReadonlyMap<string, number>>;
  /** The lowest good generation of this client's check-in tokens; 1 when it was never raised. */
  leastGeneration(client: string): Promise<number>;
  /**
   * Refuses tokens of this client (or `everyClient`) below `least`. Never lowers the limit.
   * @returns the limit that holds now
   */
  raiseGeneration(client: string, least: number, audit: AuditEntry): Promise<number>;
  /**
   * Gives a client another address and changes nothing else of its entry.
   * @returns false when the client has that address already, is not in the fleet, or another change
   * came first
   */
  moveClient(client: string, host: string, audit: AuditEntry): Promise<boolean>;
}
