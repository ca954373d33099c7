import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { Course } from './course.ts';
import type { FollowedCampaign } from './follow-campaign.ts';
import type { Followed } from './follow-client.ts';

/** One step of a client, followed. `before` is null where the client was waiting. */
export interface ClientStep {
  readonly entry: KeptEntry;
  readonly client: string;
  readonly before: Upgrade | null;
  readonly after: Upgrade;
  readonly how: Followed['how'];
  readonly event?: Followed['event'];
  /** The rules of this step. */
  readonly rules: Rules;
}

/** One step of the campaign, followed. */
export interface CampaignStep {
  readonly entry: KeptEntry;
  readonly before: Campaign;
  readonly after: Campaign;
  readonly how: FollowedCampaign['how'] | 'edited';
  readonly event?: FollowedCampaign['event'];
}

/** Sees every step, in the order of the audit. */
export interface Follower {
  client?(step: ClientStep): void;
  campaign?(step: CampaignStep): void;
}

/** What the audit of a campaign says when every decision is made again. */
export interface Retraced {
  readonly course: Course;
  /** What the audit says and the deciders do not, in words; empty = they agree. */
  readonly differences: readonly string[];
  /** Decisions that were made again. */
  readonly decided: number;
  /** Steps whose decision rests on what the audit does not hold: their outcome is the audit's. */
  readonly taken: number;
  /** The campaign after its last entry. */
  readonly campaign: Campaign;
}
