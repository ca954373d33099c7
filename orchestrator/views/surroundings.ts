import type { CommandRequest } from '../../shared/domain/campaign/command-request.ts';
import type { Copies } from '../../shared/domain/campaign/copies.ts';
import type { Withdrawal } from '../../shared/domain/campaign/definition.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import type { StartsIn } from '../../shared/domain/campaign/speed.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import type { RestartEntry } from '../../shared/domain/rules/restart-limits.ts';
import type { MissingProcess } from './missing-processes.ts';
import type { ServerShareNow } from './server-share-words.ts';

/** What a campaign's status says of things that are not its own. */
export interface Surroundings {
  readonly halt: Halt | null;
  /** A campaign may start with its release now. */
  readonly releaseStaged?: boolean;
  /** Who has withdrawn its release. */
  readonly withdrawn: Withdrawal | null;
  /**
   * What is known of the logon servers' copies, and how many files each must have; null = all
   * share one tree.
   */
  readonly copies?: Copies | null;
  /** How its hooks stand. */
  readonly hookRuns?: readonly HookRun[];
  /** How many clients it started lately; left out = it has no speed. */
  readonly starts?: readonly StartsIn[];
  /** What its stop rules count, by rule; left out = it has none. */
  readonly facts?: readonly FactCounts[];
  /** Who has the slots of logon servers with a limit over all campaigns; left out = none has. */
  readonly shares?: readonly ServerShareNow[];
  /** Who has or waits for slots of restarts; left out = it does not limit them. */
  readonly restarts?: readonly RestartEntry[];
  /** Its forecasts that are kept; left out = it has not started, or none is. */
  readonly kept?: KeptForecasts | null;
  /** The processes that servpack is without. */
  readonly missing?: readonly MissingProcess[];
  /** Commands on it or its release that wait for another person. */
  readonly requests?: readonly CommandRequest[];
  /** Why rounds of the leader fail for this campaign. */
  readonly failures?: readonly {
    readonly round: string;
    readonly because: string;
    readonly since: number;
  }[];
}

export const calm: Surroundings = { halt: null, withdrawn: null };
