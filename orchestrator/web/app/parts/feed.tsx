import type { JSX } from 'preact';
import { stateWord } from '../../../views/state-words.ts';
import { clockTime } from '../format.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Link } from './link.tsx';
import { Panel } from './screen.tsx';
import { Says } from './time.tsx';

const words = texts.campaign;

/** What is done while one looks, the newest first; null = in every campaign. */
export function Feed({
  campaign,
  atMost = 12,
}: {
  readonly campaign: string | null;
  readonly atMost?: number;
}): JSX.Element {
  const { live, prefs } = useApp();
  const lines = live.feed.value
    .filter((line) => campaign === null || !('entry' in line) || line.entry.campaign === campaign)
    .slice(0, atMost);
  return (
    <Panel title={words.feed} class="span">
      {lines.length === 0 ? (
        <p class="dim quiet-line">{words.noFeed}</p>
      ) : (
        <ol class="feed">
          {lines.map((line) =>
            'entry' in line ? (
              <li key={line.entry.id}>
                <span class="when">{clockTime(Date.parse(line.entry.at), prefs.zone.value)}</span>
                <span>
                  {line.entry.client === null ? (
                    <Link to={['campaigns', line.entry.campaign]}>{line.entry.campaign}</Link>
                  ) : (
                    <Link to={['clients', line.entry.client]} query={{ campaign: line.entry.campaign }}>
                      {line.entry.client}
                    </Link>
                  )}
                </span>
                <span class="step">{stateWord(line.entry.to)}</span>
                <span class="dim what">
                  <Says text={line.entry.because} />
                </span>
              </li>
            ) : (
              <li key={line.entries.to}>
                <span class="when" />
                <span class="dim what">{words.many(line.entries.count)}</span>
              </li>
            ),
          )}
        </ol>
      )}
    </Panel>
  );
}
