import { counted } from '../domain/counted.ts';
import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import type { CampaignText } from '../background/results.ts';
import { planCampaign } from '../campaigns/create.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { nextOccurrence } from './recurrence.ts';
import { occurrenceByHand, resumed } from './occurrences.ts';
import { readCampaignFile } from '../input/campaign-file.ts';
import { namedCalendars } from '../input/campaign-ics.ts';
import { toRecurrence } from '../input/campaign-schedule.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { type ScheduleView, scheduleView } from './schedule-words.ts';
import { changeSchedule, readSchedule, scheduleAudit } from './commit.ts';
import { carryOut } from './occur.ts';

/** What people ask of schedules. */

/**
 * Keeps a campaign file that recurs. Refused when a campaign of this file would be refused now,
 * when the file has no schedule, and when the name is taken. The release need not be staged yet.
 */
export async function createSchedule(
  context: OrchestratorContext,
  who: string,
  input: CampaignText,
): Promise<Result<ScheduleView, Refusal>> {
  const { store, clock, log } = context;
  const planned = await planCampaign(context, input);
  if (!planned.ok) return planned;
  const read = readCampaignFile(input.text, input.file, { ...input, now: clock.now() });
  if (!read.ok) return err(badFile(input.file, read.error));
  const { input: keys, definition } = read.value;
  if (keys.schedule === undefined) return err(fault('schedule.none', noSchedule));
  if (planned.value.left > 0) return err(leftOver(planned.value));
  const at = clock.now();
  const recurrence = toRecurrence(keys.schedule);
  if (nextOccurrence(recurrence, at, at) === null)
    return err(fault('schedule.never', 'the schedule has no occurrence to come'));
  const name = definition.campaign;
  const schedule: Schedule = {
    schedule: name,
    file: input.file,
    text: input.text,
    ...namedCalendars(definition, input.calendars),
    hash: definition.hash,
    recurrence,
    missed: keys.schedule.missed,
    createdAt: at,
    createdBy: who,
    decidedTo: at,
    past: [],
  };
  const ended = await whyEnded(context.caller);
  if (ended !== null) return err(ended);
  const taken = (await store.schedules()).map((each) => each.schedule.schedule);
  const because = `created from the campaign file with SHA-256 ${schedule.hash}`;
  const audit = scheduleAudit(name, [null, schedule], { who, because, at });
  const isFree = spelledAs(name, taken) === name && !taken.includes(name);
  if (!isFree || !(await store.commitSchedule(name, schedule, 0, audit)))
    return err(fault('schedule.taken', `a schedule named ${spelledAs(name, taken)} exists already`));
  log.info({ schedule: name, who }, 'schedule created');
  return ok(withWarnings(scheduleView(schedule, at), planned.value.warnings));
}

const withWarnings = (view: ScheduleView, warnings: readonly string[]): ScheduleView =>
  warnings.length === 0 ? view : { ...view, warnings };

const noSchedule =
  'the campaign file has no schedule: add one, such as { cron: "0 22 * * 2", zone: Europe/Rome }, or create one campaign with servpack campaign create';

const leftOver = ({ left, selected }: { readonly left: number; readonly selected: number }): Refusal =>
  fault(
    'campaign.leftOver',
    `${left} of ${counted(selected, 'selected client')} ${left === 1 ? 'is' : 'are'} in no wave; enlarge the waves or end them with one that takes the rest (rest: true)`,
  );

/** Every schedule, by name. */
export async function listSchedules({
  store,
  clock,
  asker,
}: OrchestratorContext): Promise<readonly ScheduleView[]> {
  const now = clock.now();
  return (await store.schedules()).map(({ schedule }) => scheduleView(schedule, now, asker));
}

/** One schedule with its next and its past occurrences. */
export async function showSchedule(
  context: OrchestratorContext,
  name: string,
): Promise<Result<ScheduleView, Refusal>> {
  const found = await readSchedule(context, name);
  return found.ok ? ok(scheduleView(found.value.schedule, context.clock.now(), context.asker)) : found;
}

/** Lets no occurrence begin until a person resumes the schedule. Campaigns that run go on. */
export const pauseSchedule = (
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<ScheduleView, Refusal>> =>
  changed(context, who, name, (schedule, at) =>
    schedule.paused === undefined
      ? ok({ next: { ...schedule, paused: { by: who, because: reason, at } }, because: reason })
      : err(
          refused(
            `schedule ${schedule.schedule} is paused already, by ${schedule.paused.by}: ${schedule.paused.because}`,
          ),
        ),
  );

/** Ends a pause. Occurrences of the pause are not made up for. */
export const resumeSchedule = (
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<ScheduleView, Refusal>> =>
  changed(context, who, name, (schedule, at) =>
    schedule.paused === undefined
      ? err(refused(`schedule ${schedule.schedule} is not paused`))
      : ok({ next: resumed(schedule, at), because: 'resumed' }),
  );

/** Begins an occurrence at once, also while the schedule is paused. */
export async function runScheduleNow(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<ScheduleView, Refusal>> {
  const begun = await changed(context, who, name, (schedule, at) => {
    const change = occurrenceByHand(schedule, who, at);
    return change === null
      ? err(refused(`an occurrence of schedule ${schedule.schedule} begins in this moment`))
      : ok({ next: change.schedule, because: change.because });
  });
  if (!begun.ok) return begun;
  // It has begun: from here on servpack acts, as after a crash.
  const { caller: _caller, ...itself } = context;
  const warnings = await warningsOf(itself, begun.value.schedule);
  await carryOut(itself, begun.value.schedule);
  const shown = await showSchedule(context, begun.value.schedule);
  return shown.ok ? ok(withWarnings(shown.value, warnings)) : shown;
}

/** What a plan of the schedule's file warns of; a file that is refused has its reason elsewhere. */
async function warningsOf(context: OrchestratorContext, name: string): Promise<readonly string[]> {
  const record = await context.store.readSchedule(name);
  if (record === null) return [];
  const { file, text, calendars } = record.schedule;
  const input = { file, text, ...(calendars === undefined ? {} : { calendars }) };
  const planned = await planCampaign(context, input);
  return planned.ok ? planned.value.warnings : [];
}

/** Forgets a schedule. Its campaigns stay. */
export async function deleteSchedule(
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<ScheduleView, Refusal>> {
  const found = await showSchedule(context, name);
  if (!found.ok) return found;
  const gone = await changeSchedule(context, who, name, () => ok({ next: null, because: reason }));
  return gone.ok ? found : gone;
}

async function changed(
  context: OrchestratorContext,
  ...[who, name, decide]: Parameters<typeof changeSchedule> extends [unknown, ...infer Rest] ? Rest : never
): Promise<Result<ScheduleView, Refusal>> {
  const next = await changeSchedule(context, who, name, decide);
  if (!next.ok) return next;
  return next.value === null
    ? showSchedule(context, name)
    : ok(scheduleView(next.value, context.clock.now(), context.asker));
}

const refused = (because: string): Refusal => fault('schedule.refused', because);
