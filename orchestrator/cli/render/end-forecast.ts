import type { CampaignStatus } from '../../views/status.ts';
import { type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** `ends: P50 …, P90 … (forecast 3 min old)`; of a paused campaign nothing: it stands still. */
export function endForecastLines(view: View, { forecast, status }: CampaignStatus): readonly string[] {
  if (forecast === undefined || status === 'paused') return [];
  const { says, ends } = forecast;
  return wrapped(view, '', says, ends === null ? 'dim' : undefined);
}

/** `P90 2026-11-17T14:20Z`; empty = no end is forecast. */
export const shortForecast = ({ forecast }: Pick<CampaignStatus, 'forecast'>): readonly string[] =>
  forecast === undefined || forecast.ends === null ? [] : [`P90 ${minuteOf(forecast.ends.p90)}`];

/** Returns the moment without its seconds. It is ISO 8601 or a time of the reader's zone. */
const minuteOf = (moment: string): string => moment.replace(/(?<=[T ]\d\d:\d\d):\d\d/u, '');
