import type { JSX } from 'preact';
import { many, number } from '../../../views/numbers.ts';
import type { States } from '../answers.ts';
import { percent } from '../format.ts';
import { bucketOf, lookOf, stateLooks } from '../states.ts';
import { Link } from './link.tsx';

interface BarProps {
  readonly states: States;
  readonly size: number;
  /** What the bar is of, for those who do not see it. */
  readonly label: string;
}

/** All clients by state; one client is seen, too. Legend and label say the same in words. */
export function StateBar({ states, size, label }: BarProps): JSX.Element {
  const shown = stateLooks.filter(({ bucket }) => states[bucket] > 0);
  const words = shown.map(({ bucket, word }) => `${number(states[bucket])} ${word}`).join(', ');
  return (
    <div class="bar" role="img" aria-label={`${label}: ${words === '' ? many(size, 'client') : words}`}>
      {shown.map(({ bucket, word, tone }) => (
        <span
          key={bucket}
          class={`part ${tone}`}
          style={{ flexGrow: states[bucket] }}
          title={`${number(states[bucket])} ${word} (${percent(states[bucket], size)})`}
        />
      ))}
    </div>
  );
}

/** The states that occur, each with its sign, its number, and the list behind the number. */
export function StateLegend({
  states,
  campaign,
  wave,
}: {
  readonly states: States;
  readonly campaign: string;
  readonly wave?: string;
}): JSX.Element {
  return (
    <ul class="legend">
      {stateLooks
        .filter(({ bucket }) => states[bucket] > 0)
        .map(({ bucket, word, sign, tone }) => (
          <li key={bucket}>
            <Link
              to={['campaigns', campaign]}
              query={{ tab: 'clients', state: bucket, wave }}
              count={states[bucket]}
            >
              <span class={`sign ${tone}`} aria-hidden="true">
                {sign}
              </span>
              <b>{number(states[bucket])}</b> {word}
            </Link>
          </li>
        ))}
    </ul>
  );
}

/** The state of one client: sign, colour and word. */
export function StateBadge({
  state,
  end,
}: {
  readonly state: string;
  readonly end: string | null;
}): JSX.Element {
  const look = lookOf(bucketOf(state, end));
  const word = end === 'needsAttention' ? 'needs attention' : (look?.word ?? state);
  return (
    <span class={`badge ${look?.tone ?? 'rest'}`}>
      <span aria-hidden="true">{look?.sign}</span> {word}
    </span>
  );
}
