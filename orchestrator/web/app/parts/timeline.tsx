import type { JSX } from 'preact';
import { stateWord } from '../../../views/state-words.ts';
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
  const rows = foldSteps(entries).flatMap((fold) => fold.steps.map((step, part) => ({ step, fold, part })));
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
      {rows.map(({ step, fold, part }, index) => (
        <li key={`${step.at} ${rows.length - index}`} class={fold.times > 1 ? 'repeated' : undefined}>
          <span class="when">
            <BesideTime at={step.at} zone={zone} />
          </span>
          <span class="step" title={`${stateWord(step.from)} → ${stateWord(step.to)}`}>
            {stateWord(step.to)}
          </span>
          <span class="what">
            <Says text={step.because} />
            <By step={step} above={rows[index - 1]?.step} />
            {fold.since === null || part === 0 ? null : (
              <span class="dim by">
                <b>{words.times(fold.times)}</b> <Time at={fold.since} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Who did it, for which campaign; nothing where the row above says the same. */
function By({
  step: { who, campaign },
  above,
}: {
  readonly step: Client['audit'][number];
  readonly above: Client['audit'][number] | undefined;
}): JSX.Element | null {
  const does = shortWho(who);
  if (above?.campaign === campaign && shortWho(above.who) === does) return null;
  return (
    <span class="dim by" title={who}>
      {does} · {campaign}
    </span>
  );
}
