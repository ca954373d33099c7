import type { JSX } from 'preact';
import type { Client, Why } from '../answers.ts';
import { texts } from '../texts.ts';
import { Says, Time } from './time.tsx';

const words = texts.client;

/** A worker is one of many: its number is of use to nobody but a log. */
const shortWho = (who: string): string => who.replace(/^worker .*/, 'a worker');

/** What was done and what is planned, in one line of time: the newest first, the plan above it. */
export function Timeline({
  entries,
  why,
}: {
  readonly entries: Client['audit'];
  readonly why: Why | null;
}): JSX.Element {
  const next = why?.next ?? null;
  if (entries.length === 0 && next === null) return <p class="dim quiet-line">{words.noHistory}</p>;
  return (
    <ol class="timeline">
      {next === null ? null : (
        <li class="planned">
          <span class="when">{next.when === null ? words.asSoon : <Time at={next.when.at} />}</span>
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
      {entries.map(({ at, from, to, because, who, campaign }, index) => (
        <li key={`${at} ${entries.length - index}`} data-row={undefined}>
          <span class="when">
            <Time at={at} />
          </span>
          <span class="step" title={`${from} → ${to}`}>
            {to}
          </span>
          <span class="what">
            <Says text={because} />
            <span class="dim by" title={who}>
              {shortWho(who)} · {campaign}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
