import type { Schedule } from '../../../domain/campaign/schedule.ts';
import type { ScheduleRecord, ScheduleStore } from '../../schedule-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const commitScheduleScript = script(
  import.meta.url,
  'commit-schedule',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes or removes a schedule. Returns 0 when another change came first.
-- ARGV: schedule, version that was read (0 = none), the next one as JSON ('' = removed), a campaign
-- that must not be there ('' = any may); list: audit
local found = redis.call('HGET', key('schedules'), ARGV[1])
local version = found and string.match(found, '^%d+') or '0'
if version ~= ARGV[2] then return 0 end
if ARGV[4] ~= '' and redis.call('EXISTS', key('campaign', ARGV[4])) == 1 then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', key('schedules'), ARGV[1])
else
  redis.call('HSET', key('schedules'), ARGV[1], string.format('%d %s', version + 1, ARGV[3]))
end
addAudit(lists(5)())
return 1`,
);

/** Shard 0 holds all schedules. */
export const scheduleStoreOf = ({ redis, keys, run }: Shard): ScheduleStore => ({
  schedules: async () =>
    (await redis.hvals(keys.of('schedules')))
      .map(recordOf)
      .sort((a, b) => (a.schedule.schedule < b.schedule.schedule ? -1 : 1)),
  readSchedule: async (schedule) => {
    const found = await redis.hget(keys.of('schedules'), schedule);
    return found === null ? null : recordOf(found);
  },
  commitSchedule: async (schedule, next, version, audit, absent = '') => {
    const json = next === null ? '' : JSON.stringify(next);
    const entry = list(auditFields(audit, null));
    return (await run(commitScheduleScript, schedule, version, json, absent, ...entry)) === 1;
  },
});

/** `3 {…}`: the version, and the schedule as JSON. */
function recordOf(text: string): ScheduleRecord {
  const blank = text.indexOf(' ');
  return { version: Number(text.slice(0, blank)), schedule: JSON.parse(text.slice(blank + 1)) as Schedule };
}
