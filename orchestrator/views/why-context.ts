import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import type { Edited } from './edition-now.ts';
import type { SharedLimits } from './why-waiting.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CommandRequest } from '../../shared/domain/campaign/command-request.ts';
import type { MissingProcess } from './missing-processes.ts';
import type { Surroundings } from './surroundings.ts';
import type { Withdrawal } from '../../shared/domain/campaign/definition.ts';
import type { Copies } from '../../shared/domain/campaign/copies.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Calendar } from '../../shared/domain/time/calendar.ts';
import type { RestartEntry } from '../../shared/domain/rules/restart-limits.ts';
import type { CampaignPolicy, ProductRules } from '../../shared/domain/rules/policy.ts';

/** What the answer is drawn from besides the client's own record. */
export interface WhyContext extends SharedLimits, Edited {
  readonly campaign: Campaign;
  readonly counters: Counters;
  readonly slots: { readonly active: number; readonly perLogonServer: Readonly<Record<string, number>> };
  /** Null when the profile of the release's product cannot be read. */
  readonly product: ProductRules | null;
  readonly now: number;
  /** Everything is held. */
  readonly halt?: Halt | null;
  /** The processes that servpack is without. */
  readonly missing?: readonly MissingProcess[];
  /** Why rounds of the leader fail for the campaign. */
  readonly failures?: NonNullable<Surroundings['failures']>;
  /** Who has withdrawn the release of the campaign. */
  readonly withdrawn?: Withdrawal | null;
  /** What is known of the logon servers' copies; null = all have the one tree. */
  readonly copies?: Copies | null;
  /** How the hooks of the campaign stand. */
  readonly hookRuns?: readonly HookRun[];
  /** IANA time zone of the client. */
  readonly zone?: string;
  /** When and why it joined the campaign; null = it was there from the creation on. */
  readonly joined?: { readonly at: number; readonly because: string } | null;
  /** The policy as it holds for the client; left out = that of its campaign. */
  readonly policy?: CampaignPolicy;
  /** When something may begin on it; null = at any time, left out = the campaign's window. */
  readonly calendar?: Calendar | null;
  /** Who has or waits for slots of restarts; left out = the campaign does not limit them. */
  readonly restarts?: readonly RestartEntry[];
  /** Commands on its campaign, its release or itself that wait for another person. */
  readonly requests?: readonly CommandRequest[];
  /** The address of its check-in that was not taken. */
  readonly refusedAddress?: {
    readonly host: string;
    readonly other: string;
    readonly at: number;
  } | null;
}
