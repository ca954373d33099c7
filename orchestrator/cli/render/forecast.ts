import { type Forecast, recentMs } from '../../views/survey-forecast.ts';
import { many, number } from './view.ts';

/**
 * "up to 11,930 relocations": only of clients that were looked at, and no number where no client
 * was.
 */
export function relocationsInWords(forecast: Forecast): string {
  const { mayRelocate, looked, notLooked, relocations, verdicts } = forecast;
  if (!mayRelocate) return 'no relocations (its ladder has none)';
  // Who could not be looked at may need one as well.
  const seen = looked - verdicts.couldNotLook;
  if (seen === 0) return 'relocations unknown';
  const where = seen === looked + notLooked ? '' : ` on ${many(seen, 'client')} that were looked at`;
  return `up to ${many(relocations, 'relocation')}${where}`;
}

const recently = `the last ${recentMs / (24 * 3_600_000)} days`;

/** What the last looks say, and how many clients were not looked at. */
export function forecastLines({ looked, notLooked, oldest, verdicts }: Forecast): readonly string[] {
  const { blocked, free, current, server, couldNotLook } = verdicts;
  const found = [
    ...(blocked > 0 ? [`${number(blocked)} blocked`] : []),
    ...(free > 0 ? [`${number(free)} free`] : []),
    ...(current > 0 ? [`${number(current)} current`] : []),
    ...(server > 0 ? [many(server, 'server')] : []),
    ...(couldNotLook > 0 ? [`${number(couldNotLook)} could not be looked at`] : []),
  ];
  return [
    ...(looked > 0 ? [`last looks, the oldest of ${oldest}: ${found.join(', ')}`] : []),
    ...(notLooked > 0
      ? [
          `${many(notLooked, 'client')} were not looked at in ${recently}: what blocks them is unknown. Run: servpack look --fleet`,
        ]
      : []),
  ];
}
