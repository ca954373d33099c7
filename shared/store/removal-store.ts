import type { AuditEntry } from './types.ts';

/** `to` of the audit entry of a client that was taken out of the fleet. */
export const removedTo = 'removed';

/** A campaign that keeps a client in the fleet. */
export interface KeptClient {
  readonly client: string;
  readonly campaign: string;
  /** It still waits for its turn there; otherwise it has an upgrade there that has not settled. */
  readonly waits: boolean;
}

/** A client that is taken out, with the audit entry that says so. */
export interface Removal {
  readonly client: string;
  readonly audit: AuditEntry;
}

/** `kept`: nothing was changed. `removed`: how many of the clients the fleet had. */
export type RemovalOutcome =
  | { readonly kind: 'removed'; readonly removed: number; readonly total: number }
  | { readonly kind: 'kept'; readonly kept: readonly KeptClient[] };

/** Taking clients out of the fleet. What campaigns and the audit know of them stays. */
export interface RemovalStore {
  /** Which campaigns keep these clients: their upgrade has not settled, or they wait at work. */
  keptClients(clients: readonly string[]): Promise<readonly KeptClient[]>;
  /**
   * Takes clients out of the fleet, all of them or none, with their last look and their refused
   * address. Check-in tokens of their present generation, and older ones, are refused from then on,
   * also when a client of the same name comes later. A client that comes later is a new one: no
   * campaign that knew the former client opens its upgrade again.
   * @param removals at most 1,000
   */
  removeClients(removals: readonly Removal[]): Promise<RemovalOutcome>;
  /**
   * The campaigns that know a former client of this name: one that was removed, whether or not a
   * client of the same name has come since.
   */
  formerCampaigns(client: string): Promise<readonly string[]>;
  /** The names of removed clients that are this one, whatever its case. */
  formerNames(client: string): Promise<readonly string[]>;
  /**
   * How often clients were removed. Read it before the fleet when a campaign is to be made of the
   * fleet, and create the campaign with it.
   */
  removals(): Promise<number>;
}
