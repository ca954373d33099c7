import type { CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { HealthSurvey } from './health-looks.ts';
import type { Row } from './row.ts';

/** What happens at a moment of a simulation. */
export type Happening =
  | { readonly kind: 'due' | 'lives'; readonly row: Row; readonly activation: number }
  | { readonly kind: 'answer'; readonly row: Row; readonly event: UpgradeEvent }
  | { readonly kind: 'checkIn' | 'hook'; readonly row: Row }
  | { readonly kind: 'round'; readonly at: number }
  | { readonly kind: 'approval'; readonly id: string }
  | { readonly kind: 'person'; readonly event: CampaignEvent }
  | { readonly kind: 'approved'; readonly row: Row; readonly attempt: string }
  | { readonly kind: 'health'; readonly survey: string; readonly found: HealthSurvey };
