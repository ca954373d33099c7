import type { ScheduleAnswer } from '../../http/schemas/schedules.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** Every schedule: when it recurs, and its next occurrence. */
export const scheduleListLines = (
  view: View,
  { schedules }: { readonly schedules: readonly ScheduleAnswer[] },
): readonly string[] =>
  schedules.length === 0
    ? ['No schedules. Create one with: servpack schedule create FILE']
    : schedules.flatMap(({ schedule, status, says, next }) => {
        const when = status === 'scheduled' ? `next ${next[0]?.says ?? ''}` : status;
        return wrapped(view, `${schedule}: `, `${says}; ${when}`);
      });

/** One schedule with its next and its past occurrences. */
export function scheduleLines(view: View, schedule: ScheduleAnswer): readonly string[] {
  const { paused, next, past, missed, createdBy, createdAt, warnings = [] } = schedule;
  return [
    `${view.paint('bold', `schedule ${safe(schedule.schedule)}`)}  ${schedule.status}`,
    ...wrapped(view, 'recurs: ', schedule.says),
    ...wrapped(view, 'missed: ', missed === 'run' ? 'the last one is run once' : 'is skipped'),
    ...wrapped(view, 'created: ', `by ${createdBy}, ${createdAt}`),
    ...(paused === null
      ? []
      : wrapped(view, `paused by ${paused.by} since ${paused.at}: `, paused.because, 'yellow')),
    ...warnings.flatMap((warning) => wrapped(view, 'warning: ', warning, 'yellow')),
    ...next.flatMap(({ at, says }) => wrapped(view, 'next: ', `${says} (${at})`)),
    ...past.flatMap(({ at, outcome, because }) => wrapped(view, `${at} ${outcome}: `, because)),
  ];
}
