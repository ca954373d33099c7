import { notStagedInAll } from '../campaign-words.ts';
import { forecastLines, relocationWords } from '../forecast-words.ts';
import { many, number } from '../numbers.ts';
import type { CampaignStatus } from '../status.ts';
import type { Forecast } from '../survey-forecast.ts';
import type { Question } from './question.ts';

/**
 * When a campaign that was created would start, as the end of a line; empty = at once, as always.
 */
export function whenOfStart({ startsAt, at }: CampaignStatus): string {
  if (startsAt === null) return '';
  return startsAt > at ? `, not before ${startsAt}` : `, at once: its start time ${startsAt} has passed`;
}

/**
 * Says what a start does to how many clients, and asks for their number.
 * @param when the end of the first line; it begins with a comma, or is empty
 */
export const startQuestion = (
  status: CampaignStatus,
  forecast: Forecast,
  { when, verb }: { readonly when: string; readonly verb: string },
): Question => ({ lines: questionLines(status, forecast, when), answer: number(status.size), verb });

function questionLines(status: CampaignStatus, forecast: Forecast, when: string): readonly string[] {
  const { campaign, release, size, waves, notStaged, holds } = status;
  const servers = notStaged.length === 0 ? '' : `, ${many(notStaged.length, 'logon server')} not staged`;
  return [
    `Campaign ${campaign}: release ${release}, ${many(waves.length, 'wave')}${when}`,
    `${many(size, 'client')}, ${relocationWords(forecast)}${servers}`,
    ...forecastLines(forecast, release),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
    ...holds.map(({ logonServer, by, because }) => `${logonServer} stays held by ${by}: ${because}`),
    ...willStart(waves),
  ];
}

/** What a start does first, what it does not do, and that there is no way back. */
function willStart([first, ...later]: CampaignStatus['waves']): readonly string[] {
  if (first === undefined) return [];
  const others = later.reduce((sum, { size }) => sum + size, 0);
  return [
    `Will happen: wave ${first.wave} begins with ${many(first.size, 'client')}, as many at once as the budgets allow.`,
    later.length === 0
      ? 'Will not happen: servers among them are looked at, never changed.'
      : `Will not happen: ${many(others, 'client')} in ${many(later.length, 'later wave')} ${others === 1 ? 'does' : 'do'} not begin before the gate of the wave before opens.`,
    'Undo: none. A pause stops new work within a second; an upgraded client stays upgraded.',
  ];
}
