import type { RestartEntry, RestartLimits, RestartTerms } from '../domain/rules/restart-limits.ts';
import type { RestartFault } from './restart-fault.ts';
import type { Activation, UpgradeKey } from './types.ts';

export interface RestartCheck {
  readonly campaign: string;
  readonly edition: number;
  readonly limits: RestartLimits;
  readonly at: number;
  /** Write no audit entry: a rebuild puts the slots back. */
  readonly isRebuild?: boolean;
}

export interface RestartsChecked {
  readonly findings: readonly { readonly key: UpgradeKey; readonly found: RestartFault }[];
  /** The slots in use differed from a recount of who has them. */
  readonly isRecounted: boolean;
  /** The jobs of clients that must exist now. */
  readonly woken: readonly Activation[];
}

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
  /**
   * Compares every client of the campaign with who has slots, or a turn in the line, and repairs
   * what a lost worker has left behind. Two checks at the same time do no harm.
   */
  checkRestarts(asked: RestartCheck): Promise<RestartsChecked>;
}
