import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { DeferralClass, WaitClass } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Row } from '../simulation/row.ts';
import type { RuleSources } from '../simulation/rulings.ts';

/** An upgrade as its record says that it stands. */
export interface KnownUpgrade {
  readonly client: Client;
  readonly upgrade: Upgrade;
  readonly index: Row['index'];
  /** Policy time; null = it is not due at any. */
  readonly dueAt: number | null;
  readonly holdsSlots: boolean;
}

/** What is different on the clients of a campaign to see what a limit costs; left out = nothing. */
export interface Easing {
  /** Is such a wait of this client over as soon as it begins? */
  readonly isOver?: (client: string, kind: DeferralClass) => boolean;
  /** Clients that wait for one of these reasons are due at once. */
  readonly due?: readonly WaitClass[];
}

/** A campaign as its records say that it stands. */
export interface ForecastQuestion {
  readonly campaign: Campaign;
  readonly upgrades: readonly KnownUpgrade[];
  /** The clients of each wave that wait for their admission, in the order of the campaign. */
  readonly waiting: readonly (readonly Client[])[];
  readonly sources: RuleSources;
  /** Policy time. */
  readonly now: number;
  readonly seed: string;
  /** Everything is halted. */
  readonly isHalted?: boolean;
  readonly easing?: Easing;
}
