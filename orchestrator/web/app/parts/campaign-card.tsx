import type { JSX } from 'preact';
import { statusWord } from '../../../views/campaign-words.ts';
import { number } from '../../../views/numbers.ts';
import type { Status } from '../answers.ts';
import { pace, percent } from '../format.ts';
import { texts } from '../texts.ts';
import { Link } from './link.tsx';
import { StateBar } from './state-bar.tsx';
import { Says, Time } from './time.tsx';

const words = texts.campaign;

export const StatusBadge = ({ status }: { readonly status: Status['status'] }): JSX.Element => (
  <span class={`status ${status}`}>{statusWord[status]}</span>
);

/** Clients that finished in an hour, on average since the start; null before the first. */
export const paceOf = ({ settled, tookMs }: Status): number | null =>
  settled === 0 || tookMs === null || tookMs < 60_000 ? null : (settled * 3_600_000) / tookMs;

/** The wave that works now: the last one that is open. */
export const waveNow = ({ waves }: Status): Status['waves'][number] | undefined =>
  waves.findLast(({ isOpen }) => isOpen);

/** A running campaign in one look: how far, how fast, until when, and what comes next. */
export function CampaignCard({ status }: { readonly status: Status }): JSX.Element {
  const { campaign, release, settled, size, states, forecast } = status;
  const failures = states.failed + states.needsAttention;
  const rate = paceOf(status);
  const wave = waveNow(status);
  return (
    <article class="card" data-row>
      <header>
        <Link to={['campaigns', campaign]} class="card-title">
          {campaign}
        </Link>
        <span class="dim">{release}</span>
        <span class="space" />
        <StatusBadge status={status.status} />
      </header>
      <StateBar states={states} size={size} label={campaign} />
      <div class="figures">
        <Figure
          label="finished"
          value={percent(settled, size)}
          more={`${number(settled)} of ${number(size)}`}
        />
        <Figure
          label="not ok"
          value={number(failures)}
          tone={failures > 0 ? 'bad' : undefined}
          more={settled === 0 ? '' : percent(failures, settled)}
          to={failures === 0 ? null : { campaign, state: states.failed > 0 ? 'failed' : 'needsAttention' }}
        />
        <Figure
          label={words.pace.toLowerCase()}
          value={rate === null ? texts.empty : pace(rate)}
          more={rate === null ? '' : words.since}
        />
        <div class="figure">
          <span class="figure-label">{words.ends.toLowerCase()}</span>
          {forecast?.ends ? (
            <>
              <span class="figure-value small">
                <Time at={forecast.ends.p50 ?? forecast.ends.p90} />
              </span>
              <span class="dim">
                {words.p90} <Time at={forecast.ends.p90} />
              </span>
            </>
          ) : (
            <span class="dim">
              {words.noForecast} <Says text={forecast?.because ?? texts.empty} />
            </span>
          )}
        </div>
      </div>
      <p class="card-next">
        {status.paused !== null ? (
          <Says text={status.paused.because} />
        ) : wave === undefined ? null : (
          <>
            <b>{wave.wave}</b> <Says text={wave.gate} />
          </>
        )}
      </p>
    </article>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly more?: string;
  readonly tone?: string | undefined;
  readonly to?: { readonly campaign: string; readonly state: string } | null;
}

export function Figure({ label, value, more = '', tone, to = null }: FigureProps): JSX.Element {
  return (
    <div class="figure">
      <span class="figure-label">{label}</span>
      <span class={`figure-value ${tone ?? ''}`}>
        {to === null ? (
          value
        ) : (
          <Link to={['campaigns', to.campaign]} query={{ tab: 'clients', state: to.state }}>
            {value}
          </Link>
        )}
      </span>
      <span class="dim">{more}</span>
    </div>
  );
}
