import type { ScheduleStore } from '../../shared/store/schedule-store.ts';
import { addAudit } from './audit.ts';
import { compare, type Tables } from './tables.ts';

export const scheduleStoreOf = (tables: Tables): ScheduleStore => ({
  schedules: async () =>
    [...tables.schedules.values()].sort((a, b) => compare(a.schedule.schedule, b.schedule.schedule)),
  readSchedule: async (schedule) => tables.schedules.get(schedule) ?? null,
  commitSchedule: async (schedule, next, version, audit, absent = '') => {
    if ((tables.schedules.get(schedule)?.version ?? 0) !== version) return false;
    if (tables.campaigns.has(absent)) return false;
    if (next === null) tables.schedules.delete(schedule);
    else tables.schedules.set(schedule, { version: version + 1, schedule: next });
    addAudit(tables, audit, null);
    return true;
  },
});
