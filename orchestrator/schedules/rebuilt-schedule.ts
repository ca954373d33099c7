import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import { occurrenceDone, type ScheduleChange } from './occurrences.ts';

const putBack = 'put back from the audit';

/**
 * A schedule as a rebuild from the audit restores it: paused, also when no person had paused it.
 * Occurrences after the end of the audit may have begun, and the resume makes up for none of them.
 * The occurrence that was about to begin is decided: its campaign is never begun a second time.
 * @param begun the campaign of the open occurrence; null = the audit does not know it
 * @param now policy time of the rebuild
 */
export function rebuiltSchedule(before: Schedule, begun: Campaign | null, now: number): ScheduleChange {
  const { open, paused } = before;
  const schedule = {
    ...before,
    paused: paused ?? {
      by: rebuilder,
      because: `${putBack}; the resume makes up for no occurrence before it`,
      at: now,
    },
  };
  if (open === undefined) return { schedule, because: putBack };
  if (begun === null || begun.state.status === 'created')
    return occurrenceDone(schedule, {
      outcome: 'skipped',
      because: `${putBack}: ${notKnown(open.campaign, begun)}`,
    });
  return occurrenceDone(schedule, {
    outcome: 'started',
    because: `${putBack}: ${open.campaign} was started`,
  });
}

const notKnown = (campaign: string, begun: Campaign | null): string =>
  begun === null
    ? `whether ${campaign} was created and started is not known`
    : `whether ${campaign} was started is not known`;
