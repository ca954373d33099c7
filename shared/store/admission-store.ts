import type { LeaderFence } from './leader-store.ts';
import type { IsOpen } from './queued.ts';
import type { CampaignRecord, Candidate, Queued, Activation } from './types.ts';

/** What the leader uses to fill free slots. */
export interface AdmissionStore {
  /** Shares the campaign's budget out among the shards by what each could use now. Nothing to do with one shard. */
  shareBudget(campaign: CampaignRecord, isOpen?: IsOpen): Promise<void>;
  /**
   * Whom the free slots may go to, parked ones before waiting ones; in a campaign that does not run only parked ones that are
   * finishing. At most `limit` and no more than the campaign has
   * free slots, nobody of a logon server beyond its free slots, of open waves only. A client that another campaign
   * claims is passed over; after very many of those in one call the next call looks from the beginning again. Of a logon server on
   * which nothing may begin (its copy is not verified, its downloads are taken) only those who are finishing.
   * @param isOpen of waiting clients, those of other time zones are left out; their queues are not even read
   */
  queued(campaign: string, limit: number, isOpen?: IsOpen): Promise<Queued>;
  /**
   * Makes waiting or parked clients due now with their slots taken. Compare-and-set for each: one that is no
   * longer queued, whose slots are taken, on whose logon server nothing may begin, or whose campaign does not run is left alone; a parked one that is finishing goes on also there. A parked one gets its
   * next activation.
   * @param leader nothing is changed when a newer one has been seen
   */
  admit(
    campaign: string,
    picks: readonly Candidate[],
    at: number,
    leader?: LeaderFence,
  ): Promise<readonly Activation[]>;
}
