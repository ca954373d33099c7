import { isFinished } from '../../../../shared/domain/outcome/ending.ts';
import { finishedIn } from '../../../../shared/domain/outcome/states.ts';
import type { JSX } from 'preact';
import { progressChart, progressTable } from '../../../charts/progress.ts';
import { countedUp, type ProgressData, type ProgressPoint } from '../../../charts/progress-data.ts';
import { tableMarkup } from '../../../charts/table.ts';
import { campaignPath } from '../actions.ts';
import { plannedCourse } from '../../../report/planned-course.ts';
import type { EndForecast, Planned, Status } from '../answers.ts';
import type { ClientPage } from '../client-list.ts';
import { nameOfZone } from '../format.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Drawing } from './drawing.tsx';
import { Panel, Skeleton } from './screen.tsx';

/** The forecast is made in minutes, not in seconds. */
const everyMs = 300_000;
/** One page of clients: of a larger campaign the forecasts say how far it was. */
const pageAtMost = 1_000;

/** How far a campaign has come, and the cone of its forecast; the same numbers as a table below. */
export function Progress({
  status,
  planned,
}: {
  readonly status: Status & { readonly startedAt: string };
  /** Draws the planned course beside. */
  readonly planned?: Planned | null;
}): JSX.Element {
  const { prefs } = useApp();
  const before = usePoints(status);
  const data = {
    ...dataOf(status, before, nameOfZone(prefs.zone.value)),
    planned: plannedCourse(planned ?? undefined, status.waves, Date.parse(status.startedAt)),
  };
  return (
    <Panel title={texts.campaign.progress}>
      {before === null ? (
        <Skeleton lines={6} />
      ) : (
        <Drawing name="progress" draw={(at) => progressChart(at, data)} />
      )}
      <details class="as-table">
        <summary>{texts.campaign.table}</summary>
        <div class="table-scroll" dangerouslySetInnerHTML={{ __html: tableMarkup(progressTable(data)) }} />
      </details>
    </Panel>
  );
}

/**
 * What is known of the way: when each client ended, or, of a large campaign, how far it was when
 * each forecast was made.
 */
function usePoints({ campaign, size }: Status): readonly ProgressPoint[] | null {
  const isSmall = size <= pageAtMost;
  const path = campaignPath(campaign, isSmall ? `/clients?limit=${pageAtMost}` : '/end-forecast?kept=true');
  const { value } = useLive<Partial<ClientPage & EndForecast>>(path, everyMs).value;
  if (value === null) return null;
  if (isSmall) {
    const ends = (value.items ?? []).flatMap(({ settledAt, end }) =>
      settledAt === null || end === null || !isFinished(end) ? [] : [Date.parse(settledAt)],
    );
    return countedUp(ends);
  }
  return (value.earlier ?? []).map(({ madeAt, finishedPercent }) => ({
    at: Date.parse(madeAt),
    finished: Math.round((finishedPercent * size) / 100),
  }));
}

function dataOf(
  { size, startedAt, endedAt, at, states, forecast }: Status & { readonly startedAt: string },
  before: readonly ProgressPoint[] | null,
  zone: string,
): Omit<ProgressData, 'planned'> {
  const until = Date.parse(endedAt ?? at);
  const points = [...(before ?? []), { at: until, finished: finishedIn(states) }].toSorted(
    (a, b) => a.at - b.at,
  );
  const ends = forecast?.ends ?? null;
  return {
    size,
    startedAt: Date.parse(startedAt),
    points,
    until,
    isOver: endedAt !== null,
    forecast:
      ends === null
        ? null
        : { p50: ends.p50 === null ? null : Date.parse(ends.p50), p90: Date.parse(ends.p90) },
    zone,
  };
}
