import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { deadlineAhead } from '../../shared/domain/rules/campaign-end.ts';
import { calendarOpening } from '../../shared/domain/time/calendar.ts';
import { fitSteps, needOf } from '../../shared/domain/rules/fit.ts';
import { needInWords, openingThatFits } from '../../shared/domain/upgrade/fit.ts';
import { fitting, printWhere } from '../../shared/domain/campaign/where.ts';

/**
 * What of windows and blackouts will not go as their author may think: a sentence each.
 * @param now policy time in milliseconds
 */
export function calendarWarnings(
  definition: CampaignDefinition,
  clients: readonly Client[],
  now: number,
): readonly string[] {
  const { calendar } = definition;
  if (calendar === undefined) return [];
  const without = clients.filter((client) => calendarFor(definition, client)?.windows?.length === 0);
  return [
    ...(without.length === 0
      ? []
      : [`${counted(without.length)} no window (${namesOf(without)}): ${whatFollows(definition, now)}`]),
    ...(calendar.windows ?? []).flatMap(({ where }, index) => whyForNobody('windows', index, where, clients)),
    ...(calendar.blackouts ?? []).flatMap(({ where }, index) =>
      whyForNobody('blackouts', index, where, clients),
    ),
    ...whyNeverOpens(definition, clients, now),
    ...whyNeverFits(definition, clients, now),
  ];
}

/** The deadline of a campaign lets clients begin that have no window. */
const whatFollows = ({ policy }: CampaignDefinition, now: number): string =>
  deadlineAhead(policy, now) === null
    ? 'nothing can begin there, and each of them will need attention'
    : 'nothing can begin there before the deadline of the campaign';

const counted = (clients: number): string => (clients === 1 ? '1 client has' : `${clients} clients have`);

const namesAtMost = 5;

function namesOf(clients: readonly Client[]): string {
  const names = clients
    .map(({ client }) => client)
    .sort()
    .slice(0, namesAtMost);
  const more = clients.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function whyForNobody(
  section: string,
  index: number,
  where: Parameters<typeof fitting>[0] | undefined,
  clients: readonly Client[],
): readonly string[] {
  if (where === undefined || clients.some(fitting(where))) return [];
  return [`${section}[${index}]: no selected client fulfils ${printWhere(where)}`];
}

/** Zones and classes in which nothing opens any more from now on, although there are windows. */
function whyNeverOpens(
  definition: CampaignDefinition,
  clients: readonly Client[],
  now: number,
): readonly string[] {
  const opens = new Map<string, boolean>();
  const shut = clients.filter((client) => {
    const calendar = calendarFor(definition, client);
    if (calendar === null || calendar.windows?.length === 0) return false;
    const key = JSON.stringify([client.zone, calendar]);
    const isOpening = opens.get(key) ?? calendarOpening(calendar, client.zone, now) !== null;
    opens.set(key, isOpening);
    return !isOpening;
  });
  return shut.length === 0
    ? []
    : [
        `${counted(shut.length)} no opening any more, outside the blackouts (${namesOf(shut)}): ` +
          whatFollows(definition, now),
      ];
}

/** Steps that are longer than each window of some clients, by the durations of the file. */
function whyNeverFits(
  definition: CampaignDefinition,
  clients: readonly Client[],
  now: number,
): readonly string[] {
  const typed = definition.calendar?.fit ?? {};
  return fitSteps.flatMap((step) => {
    const need = needOf({ typed, measured: {} }, step);
    if (need === null) return [];
    const fits = new Map<string, boolean>();
    const tooLong = clients.filter((client) => {
      const calendar = calendarFor(definition, client);
      if (calendar === null || calendar.windows?.length === 0) return false;
      const key = JSON.stringify([client.zone, calendar]);
      const isFitting = fits.get(key) ?? openingThatFits(calendar, client.zone, need, now) !== null;
      fits.set(key, isFitting);
      return !isFitting;
    });
    return tooLong.length === 0
      ? []
      : [
          `fit.${step}: ${needInWords(need)}, and ${counted(tooLong.length)} no window that is long ` +
            `enough (${namesOf(tooLong)})`,
        ];
  });
}
