import type { RestartEntry, RestartTerms } from '../domain/rules/restart-limits.ts';
import type { Activation } from './types.ts';

/**
 * Slots of restarts, in a campaign that limits how many clients restart at the same time. `commit`
 * takes them and gives them back; a client that finds none stands in a line.
 *
 * The line is served whenever a slot is given back: the first client that finds room in all of its
 * places gets the slots at once, and its upgrade becomes due. The oldest client of the line that
 * finds no room keeps a slot free in each of its places, so nobody waits for ever. Clients of a
 * held logon server are passed over, and a campaign that does not run serves nobody.
 */
export interface RestartStore {
  /** Clients that hold a slot, in no order, then those that wait, in the order of the line. */
  restarts(campaign: string): Promise<readonly RestartEntry[]>;
  /**
   * Serves the line under these limits, which hold from now on unless the store knows those of a
   * later edition. A lower limit takes no slot away.
   * @returns the jobs of the clients that got a slot
   */
  serveRestarts(campaign: string, terms: RestartTerms, at: number): Promise<readonly Activation[]>;
}
