import type { CampaignStatus } from '../../views/status.ts';
import type { Refusal } from '../../refusal.ts';

/** The place that shows a watched campaign. */
export interface WatchScreen {
  show(status: CampaignStatus): void;
  /** Says that the orchestrator does not answer at the moment. */
  lost(refusal: Refusal): void;
  /** Draws the same status again, for the clock. */
  redraw?(): void;
  /** What is shown was true a moment ago: the orchestrator has given a sign of life. */
  alive?(): void;
  /** Says once what a person should know about this watch. */
  note?(says: string): void;
  close(): void;
}
