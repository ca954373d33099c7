import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** A transition of one upgrade. `before` is null where the client was just admitted. */
export interface UpgradeStep {
  readonly client: Client;
  readonly before: Upgrade | null;
  readonly after: Upgrade;
  /** Policy time. */
  readonly at: number;
  readonly because: string;
}

/** A transition of the campaign. */
export interface CampaignStep {
  readonly campaign: Campaign;
  readonly at: number;
  readonly because: string;
}

/** Sees everything that happens in a simulation, in the order of time. It changes nothing. */
export interface Observer {
  upgrade?(step: UpgradeStep): void;
  campaign?(step: CampaignStep): void;
}
