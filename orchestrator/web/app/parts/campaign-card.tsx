import type { JSX } from 'preact';
import { statusWord } from '../../../views/campaign-words.ts';
import type { Status } from '../answers.ts';
import { Link } from './link.tsx';
import { Standing } from './standing.tsx';
import { StateBar } from './state-bar.tsx';
import { Says } from './time.tsx';

export const StatusBadge = ({ status }: { readonly status: Status['status'] }): JSX.Element => (
  <span class={`status ${status}`}>{statusWord[status]}</span>
);

/** The wave that works now: the last one that is open. */
export const waveNow = ({ waves }: Status): Status['waves'][number] | undefined =>
  waves.findLast(({ isOpen }) => isOpen);

/** A running campaign in one look: how far, how fast, until when, and what comes next. */
export function CampaignCard({ status }: { readonly status: Status }): JSX.Element {
  const { campaign, release, size, states } = status;
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
      <Standing status={status} />
      {status.paused !== null || wave === undefined ? null : (
        <p class="card-next">
          <b>{wave.wave}</b> <Says text={wave.gate} />
        </p>
      )}
    </article>
  );
}
