import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';

/** Attachments of a block about what controls campaigns, as it is when the block is sealed. */

export interface ScheduleLine {
  readonly schedule: string;
  /** Null = the schedule was deleted. */
  readonly whole: Schedule | null;
}

export const scheduleLine = (schedule: string, whole: Schedule | null): string =>
  JSON.stringify({ schedule, whole } satisfies ScheduleLine);

/** The limits of logon servers over all campaigns. */
export interface LimitsLine {
  readonly limits: readonly ServerLimit[];
}

export const limitsLine = (limits: readonly ServerLimit[]): string =>
  JSON.stringify({ limits } satisfies LimitsLine);
