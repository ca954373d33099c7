import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import type { ScheduleRecord } from '../../shared/store/schedule-store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';

/** How a schedule stands, as the audit names the state. */
export const standingOf = (schedule: Schedule | null): string =>
  schedule === null
    ? ''
    : schedule.open === undefined
      ? schedule.paused === undefined
        ? 'scheduled'
        : 'paused'
      : 'beginning';

/** The audit entry of a change of a schedule. It names no campaign: a schedule changes none. */
export const scheduleAudit = (
  name: string,
  [before, next]: readonly [Schedule | null, Schedule | null],
  { who, because, at }: { readonly who: string; readonly because: string; readonly at: number },
): AuditEntry => ({
  at,
  campaign: '',
  client: null,
  who,
  from: standingOf(before),
  to: next === null ? 'deleted' : standingOf(next),
  because: `schedule ${name}: ${because}`,
  evidence: null,
});

/** The schedule of an entry that `scheduleAudit` made; null = it is an entry of another change. */
export function scheduleIn({
  campaign,
  client,
  because,
}: Pick<AuditEntry, 'campaign' | 'client' | 'because'>): string | null {
  const [, name] = /^schedule ([^\s:]+): /u.exec(because) ?? [];
  return campaign === '' && client === null && name !== undefined ? name : null;
}

/**
 * What is asked of a schedule: its next state (null = it goes; the present one = nothing is left to
 * do), or why that is not possible.
 */
export type Asked = Result<{ readonly next: Schedule | null; readonly because: string }, Refusal>;

/** Losing this often in a row against the leader and other people does not happen by chance. */
const triesAtMost = 20;

/**
 * Changes a schedule: read, decide, compare and set.
 * @param absent a campaign of which the change says that it is not created; where it is there by
 *   then, nothing is changed
 * @returns the schedule as it is now; null = it is gone
 */
export async function changeSchedule(
  { store, clock, log }: OrchestratorContext,
  who: string,
  asked: string,
  decide: (schedule: Schedule, now: number) => Asked,
  absent?: string,
): Promise<Result<Schedule | null, Refusal>> {
  const name = await spelled({ store }, asked);
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readSchedule(name);
    if (record === null) return err(notFound('schedule', asked));
    const at = clock.now();
    const decision = decide(record.schedule, at);
    if (!decision.ok) return decision;
    const { next, because } = decision.value;
    // Another orchestrator has done it: an entry would tell of a change that nobody made.
    if (next === record.schedule) return ok(next);
    const audit = scheduleAudit(name, [record.schedule, next], { who, because, at });
    if (!(await store.commitSchedule(name, next, record.version, audit, absent))) {
      if (absent !== undefined && (await store.hasCampaign(absent))) return ok(record.schedule);
      continue;
    }
    log.info({ schedule: name, who, because }, audit.to);
    return ok(next);
  }
  return err(fault('schedule.busy', `schedule ${name} is changed by other requests all the time; try again`));
}

/** A schedule by its name in any case. */
export async function readSchedule(
  context: Pick<OrchestratorContext, 'store'>,
  asked: string,
): Promise<Result<ScheduleRecord, Refusal>> {
  const record = await context.store.readSchedule(await spelled(context, asked));
  return record === null ? err(notFound('schedule', asked)) : ok(record);
}

const spelled = async ({ store }: Pick<OrchestratorContext, 'store'>, name: string): Promise<string> =>
  spelledAs(
    name,
    (await store.schedules()).map(({ schedule }) => schedule.schedule),
  );
