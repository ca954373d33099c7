import { visible } from '../../shared/visible-text.ts';
import { many, number } from './numbers.ts';
import { type Forecast, recentMs } from './survey-forecast.ts';

/**
 * "up to 11,930 relocations": counted on surveyed clients only, and without a number if no client
 * was surveyed.
 */
export function relocationWords(forecast: Forecast): string {
  const { mayRelocate, looked, notLooked, relocations, verdicts } = forecast;
  if (!mayRelocate) return 'no relocations (not in its ladder)';
  // A client that could not be looked at may need a relocation too.
  const seen = looked - verdicts.couldNotLook;
  if (seen === 0) return 'relocations unknown';
  const where = seen === looked + notLooked ? '' : ` on ${many(seen, 'surveyed client')}`;
  return `up to ${many(relocations, 'relocation')}${where}`;
}

const recentDays = recentMs / (24 * 3_600_000);

/**
 * What the last looks found, and on how many clients the blockers are unknown.
 * @param staged the campaign's release: looks for another product say nothing about it. Null = it
 * is not staged, and no command can look for it yet.
 */
export function forecastLines(
  { looked, notLooked, oldest, verdicts }: Forecast,
  staged: string | null,
): readonly string[] {
  const { blocked, free, current, server, couldNotLook } = verdicts;
  const command = 'servpack look --fleet --release';
  const run =
    staged === null
      ? `When the release is staged, run: ${command} NAME`
      : `Run: ${command} ${visible(staged)}`;
  const found = [
    ...(blocked > 0 ? [`${number(blocked)} blocked`] : []),
    ...(free > 0 ? [`${number(free)} free`] : []),
    ...(current > 0 ? [`${number(current)} current`] : []),
    ...(server > 0 ? [many(server, 'server')] : []),
    ...(couldNotLook > 0 ? [`${number(couldNotLook)} could not be looked at`] : []),
  ];
  return [
    ...(looked > 0 ? [`Last surveys (oldest look ${oldest}): ${found.join(', ')}`] : []),
    ...(notLooked > 0
      ? [`Blockers unknown: ${many(notLooked, 'client')} not surveyed in ${recentDays} days. ${run}`]
      : []),
  ];
}
