import type { JSX } from 'preact';
import type { Client, Why } from '../answers.ts';
import { foldSteps } from '../fold-steps.ts';
import { shortWho } from '../format.ts';
import { texts } from '../texts.ts';
import { BesideTime, Says, Time } from './time.tsx';

const words = texts.client;

interface TimelineProps {
  readonly entries: Client['audit'];
  readonly why: Why | null;
  /** The zone of the client, whose clock stands beside the reader's. */
  readonly zone: string;
}

/** What was done and what is planned, in one line of time: the newest first, the plan above it. */
export function Timeline({ entries, why, zone }: TimelineProps): JSX.Element {
  const next = why?.next ?? null;
  if (entries.length === 0 && next === null) return <p class="dim quiet-line">{words.noHistory}</p>;
  return (
    <ol class="timeline">
      {next === null ? null : (
        <li class="planned">
          <span class="when">
            {next.when === null ? words.asSoon : <BesideTime at={next.when.at} zone={zone} />}
          </span>
          <span class="step">{words.planned}</span>
          <span class="what">
            <Says text={next.action} />
          </span>
        </li>
      )}
      {entries.length === 0 || next === null ? null : (
        <li class="now" aria-hidden="true">
          <span>{words.now}</span>
        </li>
      )}
      {foldSteps(entries).flatMap(({ steps, times, since }, index, all) =>
        steps.map(({ at, from, to, because, who, campaign }, part) => (
          <li key={`${at} ${all.length - index} ${part}`} class={times > 1 ? 'repeated' : undefined}>
            <span class="when">
              <BesideTime at={at} zone={zone} />
            </span>
            <span class="step" title={`${from} → ${to}`}>
              {to}
            </span>
            <span class="what">
              <Says text={because} />
              <span class="dim by" title={who}>
                {shortWho(who)} · {campaign}
                {since === null || part === 0 ? null : (
                  <>
                    {' · '}
                    <b>{words.times(times)}</b> <Time at={since} />
                  </>
                )}
              </span>
            </span>
          </li>
        )),
      )}
    </ol>
  );
}
