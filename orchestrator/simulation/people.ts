import type { CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';

/** A request of a person. One that is not possible then is refused, and changes nothing. */
export interface PersonAsks {
  /** Policy time. */
  readonly at: number;
  readonly event: CampaignEvent;
}

/** A resume accepts the failures of its own moment. */
export const onNumbers = (event: CampaignEvent, counters: Counters): CampaignEvent =>
  event.type === 'ResumeRequested' ? { ...event, counters } : event;
