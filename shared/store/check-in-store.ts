import type { AuditEntry } from './types.ts';

/** Stands for all clients in place of one. */
export const everyClient = '*';

/**
 * `to` of the audit entries of these changes. What the files keep beside an entry depends on them.
 */
export const movedTo = 'moved';
export const revokedTo = 'tokens revoked';
/** `to` of the audit entry of an address that was not taken. */
export const refusedTo = 'address refused';

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
   * Gives a client another address and changes nothing else of its entry. No client gets the
   * address of another one: two clients of one machine would be driven at the same time.
   */
  moveClient(client: string, host: string, audit: AuditEntry): Promise<MoveOutcome>;
  /**
   * Keeps that the address of a check-in was not taken, until the client has that address or checks
   * in with its present one.
   * @returns false when this is known already; then there is no audit entry
   */
  refuseAddress(refused: RefusedAddress, audit: AuditEntry): Promise<boolean>;
  /** Forgets what was refused: the client has checked in with its present address. */
  acceptAddress(client: string): Promise<void>;
  refusedAddress(client: string): Promise<RefusedAddress | null>;
  refusedAddresses(): Promise<readonly RefusedAddress[]>;
}

/**
 * `unchanged`: the client has that address already, or is not in the fleet. `taken`: another client
 * has it. `busy`: the fleet is being changed.
 */
export type MoveOutcome =
  | { readonly kind: 'moved' | 'unchanged' | 'busy' }
  | { readonly kind: 'taken'; readonly other: string };

/** An address that a check-in brought while another client of the fleet had it. */
export interface RefusedAddress {
  readonly client: string;
  readonly host: string;
  readonly other: string;
  /** Policy time of the first such check-in. */
  readonly at: number;
}
