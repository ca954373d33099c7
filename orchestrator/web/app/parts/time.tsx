import type { JSX } from 'preact';
import { spanInWords } from '../../../views/duration-text.ts';
import { dayAndTime, localText, nameOfZone } from '../format.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';

interface TimeProps {
  /** ISO 8601, UTC */
  readonly at: string;
  /** The time of the orchestrator, also ISO: with it the distance is said beside. */
  readonly now?: string | undefined;
}

/** A moment in the reader's zone; the zone and UTC stand in its hint. */
export function Time({ at, now }: TimeProps): JSX.Element {
  const { prefs } = useApp();
  const zone = prefs.zone.value;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={`${nameOfZone(zone)} · ${at}`}>
      {dayAndTime(ms, zone)}
      {now === undefined ? null : <span class="dim"> {distance(ms, Date.parse(now))}</span>}
    </time>
  );
}

/** A moment in the reader's zone, and beside it the time of the client's clock where it differs. */
export function BesideTime({ at, zone }: { readonly at: string; readonly zone: string }): JSX.Element {
  const { prefs } = useApp();
  const there = dayAndTime(Date.parse(at), zone);
  const isSame = there === dayAndTime(Date.parse(at), prefs.zone.value);
  return (
    <>
      <Time at={at} />
      {isSame ? null : (
        <span class="dim beside" title={zone}>
          {' '}
          {there.split(' ').at(-1)} {texts.client.there}
        </span>
      )}
    </>
  );
}

/** `in 25 min`, `3 h ago` */
export function distance(at: number, now: number): string {
  if (Math.abs(at - now) < 60_000) return 'now';
  return at > now ? `in ${spanInWords(at - now)}` : `${spanInWords(now - at)} ago`;
}

/** A sentence of the orchestrator, with its moments in the reader's zone. */
export const Says = ({ text }: { readonly text: string }): JSX.Element => (
  <>{localText(text, useApp().prefs.zone.value)}</>
);
