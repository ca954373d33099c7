import type { LeaderFence } from './leader-store.ts';
import type { IsOpen } from './queued.ts';
import type { Activation, CampaignRecord, Candidate, Queued } from './types.ts';

/** How many waiting clients a campaign may start in any 60 seconds of policy time. */
export interface Pace {
  readonly perMinute: number;
}

/** What the leader uses to fill free slots. */
export interface AdmissionStore {
  /**
   * Shares the campaign's budget out among the shards by what each could use now. Does nothing
   * with one shard.
   */
  shareBudget(campaign: CampaignRecord, isOpen?: IsOpen): Promise<void>;
  /**
   * Finds the clients that may get the free slots: parked upgrades before waiting clients, of open
   * waves only, at most `limit`, and no more than the campaign and each logon server have free
   * slots. In a campaign that does not run, and on a logon server where nothing may begin (it is
   * held, its copy is not verified, its downloads are taken), only parked upgrades that are
   * finishing.
   * Passes over clients that another campaign claims; after very many of them in one call, the
   * next call begins at the start again.
   * @param isOpen clients of other classes do not wait for this call; their queues are not read
   */
  queued(campaign: string, limit: number, isOpen?: IsOpen): Promise<Queued>;
  /**
   * Makes waiting or parked clients due now, with their slots taken. A parked upgrade gets its
   * next activation. Each pick is compared and set: it is left alone when it is no longer queued,
   * its slots are taken, nothing may begin on its logon server, or its campaign does not run. A
   * parked upgrade that is finishing goes on in the last two cases.
   * @param leader nothing is changed when a newer one has been seen
   * @param pace left out = any number of waiting clients start
   */
  admit(
    campaign: string,
    picks: readonly Candidate[],
    at: number,
    leader?: LeaderFence,
    pace?: Pace,
  ): Promise<readonly Activation[]>;
}
