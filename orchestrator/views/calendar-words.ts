import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type {
  CampaignBlackout,
  CampaignDefinition,
  CampaignWindow,
  IcsSource,
  Where,
} from '../../shared/domain/campaign/definition.ts';
import { printWhere } from '../../shared/domain/campaign/where.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isForced } from '../../shared/domain/rules/campaign-end.ts';
import { type FitStep, fitSteps, type StepTimes } from '../../shared/domain/rules/fit.ts';
import { spanInWords } from './duration-text.ts';
import { edgeWords } from './blackouts-now.ts';
import type { AnyWindow, Hours, Window } from '../../shared/domain/time/window.ts';

/** What the file says of windows and blackouts: a sentence each. */
export function calendarRules({
  policy,
  calendar,
}: CampaignDefinition): readonly { readonly rule: 'window' | 'blackouts' | 'fit'; readonly says: string }[] {
  const windows = calendar?.windows;
  const blackouts = calendar?.blackouts ?? [];
  return [
    { rule: 'window', says: windows === undefined ? windowWords(policy.window) : windowsWords(windows) },
    ...(blackouts.length === 0 && calendar?.ics === undefined
      ? []
      : [{ rule: 'blackouts', says: blackoutsWords(blackouts, calendar?.ics) } as const]),
    ...(calendar?.fit === undefined ? [] : [{ rule: 'fit', says: fitWords(calendar.fit) } as const]),
  ];
}

/**
 * The window for which clients of a campaign wait, in words. The status reads no clients, so it
 * does not know whose window is open now. Left out where none waits, or where no window holds.
 */
export function windowNow(
  { definition, state }: Campaign,
  counters: Counters,
  waiting: number,
  now: number,
): { readonly window?: string } {
  const { policy, calendar } = definition;
  const waits = waiting + (counters['deferred|window'] ?? 0) > 0;
  const isGoing = state.status === 'running' || state.status === 'paused';
  if (!isGoing || !waits || isForced(policy, now)) return {};
  const windows = calendar?.windows ?? (policy.window === null ? [] : [policy.window]);
  return windows.length === 0 ? {} : { window: `${windowsWords(windows)}; "servpack client why" says when` };
}

function windowWords(window: Window | null): string {
  if (window === null) return 'work begins on a client at any time';
  return `work begins on a client only ${daysOf(window)} ${hoursOf(window)}, by its own clock; what has begun is completed`;
}

const windowsWords = (windows: readonly CampaignWindow[]): string =>
  `work begins on a client only ${windows.map(oneWindow).join(', or ')}, by its own clock; what has begun is completed`;

const oneWindow = (window: CampaignWindow): string =>
  `${daysOf(window)} ${hoursOf(window)}${forClients(window.where)}`;

const forClients = (where: Where | undefined): string =>
  where === undefined ? '' : ` (clients that fulfil ${printWhere(where)})`;

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The days on which a window opens: `every day`, `on Fri, Sat`, or its rule. */
export function daysOf(window: AnyWindow): string {
  if (!('days' in window))
    return `on the days of ${window.rule}${window.start === undefined ? '' : ` from ${window.start} on`}`;
  return window.days.length === 7
    ? 'every day'
    : `on ${window.days.map((day) => dayNames[day - 1] ?? '').join(', ')}`;
}

/** `from 22:00 to 05:00 of the next day` */
export const hoursOf = ({ from, to }: Hours): string =>
  `from ${clock(from)} to ${clock(to)}${to <= from ? ' of the next day' : ''}`;

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const stepNames: Readonly<Record<FitStep, string>> = {
  mark: 'mark',
  update: 'update',
  restart: 'restart',
  workaround: 'workaround',
  relocation: 'relocation',
  replaceAtRestart: 'replacement at a restart',
  swap: 'swap of the files',
};

function fitWords(times: StepTimes): string {
  const typed = fitSteps.flatMap((step) => {
    const ms = times[step];
    return ms === undefined ? [] : [`${stepNames[step]} ${spanInWords(ms)}`];
  });
  const until = typed.length === 0 ? '' : ` (until 20 are known: ${typed.join(', ')})`;
  return `a step begins only if 95 of 100 such steps have ended in the time that is left${until}`;
}

/** So many blackouts are named; a calendar file may have hundreds. */
const namedAtMost = 10;

function blackoutsWords(blackouts: readonly CampaignBlackout[], ics: readonly IcsSource[] = []): string {
  const sources = ics.map(sourceWords).join('');
  if (blackouts.length === 0) return `none lasts or comes${sources}`;
  const named = blackouts.slice(0, namedAtMost).map(oneBlackout);
  const more = blackouts.length > namedAtMost ? `, and ${blackouts.length - namedAtMost} more` : '';
  return `nothing begins, and no client is restarted, ${named.join(', ')}${more}${sources}`;
}

/** The hash tells one edition of a calendar file from another. */
function sourceWords({ file, sha256, stretches, until, cut }: IcsSource): string {
  const events = `${stretches} ${stretches === 1 ? 'blackout' : 'blackouts'}`;
  const left = cut === undefined ? '' : `, and ${cut} later ones are left out, because 1,000 is the most`;
  return `; ${file} (SHA-256 ${sha256.slice(0, 12)}) has ${events} until ${until}${left}`;
}

const oneBlackout = ({ from, to, reason, where }: CampaignBlackout): string =>
  `from ${edgeWords(from)} to ${edgeWords(to)} (${reason})${forClients(where)}`;
