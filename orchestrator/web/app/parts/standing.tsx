import type { ComponentChildren, JSX } from 'preact';
import type { Status } from '../answers.ts';
import { pace, percent } from '../format.ts';
import { texts } from '../texts.ts';
import { Count } from './count.tsx';
import { Says, Time } from './time.tsx';
import { finishedIn, notOk } from '../../../../shared/domain/outcome/states.ts';

const words = texts.campaign;

/** Clients that finished in an hour, on average since the start; null before the first. */
const paceOf = ({ states, tookMs }: Status): number | null => {
  const finished = finishedIn(states);
  return finished === 0 || tookMs === null || tookMs < 60_000 ? null : (finished * 3_600_000) / tookMs;
};

interface StandingProps {
  readonly status: Status;
  /** With the words for which a card has no room. */
  readonly isWide?: boolean;
}

/** How far a campaign is, how many clients are not ok, how fast it is, and until when. */
export function Standing({ status, isWide = false }: StandingProps): JSX.Element {
  const { campaign, states, size } = status;
  const finished = finishedIn(states);
  const failures = notOk(states);
  const rate = paceOf(status);
  return (
    <div class={isWide ? 'figures wide' : 'figures'}>
      <Figure
        label="finished"
        value={percent(finished, size)}
        more={
          <>
            <Count of={finished} campaign={campaign} filter={{ state: 'finished' }} /> of{' '}
            <Count of={size} campaign={campaign} filter={{}} />
          </>
        }
      />
      <Figure
        label="not ok"
        value={<Count of={failures} campaign={campaign} filter={{ state: 'notOk' }} />}
        tone={failures > 0 ? 'bad' : undefined}
        more={finished === 0 ? '' : words.shareOf(percent(failures, finished))}
      />
      <Figure
        label={words.pace.toLowerCase()}
        value={rate === null ? texts.empty : pace(rate)}
        more={rate !== null ? words.since : finished === 0 ? words.noPace : ''}
      />
      <EndFigure status={status} />
    </div>
  );
}

function EndFigure({ status: { forecast, endedAt, at } }: { readonly status: Status }): JSX.Element {
  if (endedAt !== null)
    return (
      <div class="figure">
        <span class="figure-label">{words.ended}</span>
        <span class="figure-value small">
          <Time at={endedAt} />
        </span>
      </div>
    );
  const ends = forecast?.ends ?? null;
  return (
    <div class="figure">
      <span class="figure-label">{words.ends.toLowerCase()}</span>
      {ends === null ? (
        <span class="dim">
          {words.noForecast} <Says text={forecast?.because ?? texts.empty} />
        </span>
      ) : (
        <>
          <span class="figure-value small">
            <Time at={ends.p50 ?? ends.p90} now={at} />
          </span>
          <span class="dim">
            {words.p90} <Time at={ends.p90} />
          </span>
        </>
      )}
    </div>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly more?: ComponentChildren;
  readonly tone?: string | undefined;
}

export const Figure = ({ label, value, more = '', tone }: FigureProps): JSX.Element => (
  <div class="figure">
    <span class="figure-label">{label}</span>
    <span class={`figure-value ${tone ?? ''}`}>{value}</span>
    <span class="dim">{more}</span>
  </div>
);
