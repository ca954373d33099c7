import type { Schedule } from '../domain/campaign/schedule.ts';
import type { AuditEntry } from './types.ts';

export interface ScheduleRecord {
  /** Grows with each change. */
  readonly version: number;
  readonly schedule: Schedule;
}

/** The schedules of recurring campaigns. */
export interface ScheduleStore {
  /** All schedules, in the order of their names. */
  schedules(): Promise<readonly ScheduleRecord[]>;
  readSchedule(schedule: string): Promise<ScheduleRecord | null>;
  /**
   * Writes, changes or (null) removes a schedule by compare-and-set of its version; version 0 = it
   * is not there yet.
   * @param absent a campaign of which the change says that it is not created
   * @returns false when another change came first, or that campaign is there: read again
   */
  commitSchedule(
    schedule: string,
    next: Schedule | null,
    version: number,
    audit: AuditEntry,
    absent?: string,
  ): Promise<boolean>;
}
