import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { deadlineAhead } from '../../shared/domain/rules/campaign-end.ts';
import { calendarOpening, type Opening } from '../../shared/domain/time/calendar.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
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
  // The one window of a file without a calendar opens every week.
  if (calendar === undefined) return whyLate(definition, clients, now);
  const without = clients.filter((client) => calendarFor(definition, client)?.windows?.length === 0);
  return [
    ...(without.length === 0
      ? []
      : [`${counted(without.length)} no window (${namesOf(without)}): ${whatFollows(definition, now)}`]),
    ...(calendar.windows ?? []).flatMap(({ where }, index) => whyForNobody('windows', index, where, clients)),
    ...(calendar.blackouts ?? []).flatMap(({ where }, index) =>
      whyForNobody('blackouts', index, where, clients),
    ),
    ...whyLate(definition, clients, now),
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

/** Clients on which nothing begins for long, or never, although they have windows or need none. */
function whyLate(definition: CampaignDefinition, clients: readonly Client[], now: number): readonly string[] {
  const from = Math.max(now, definition.startAt ?? now);
  const openings = openingsOf(definition, clients, from);
  const { end } = definition.policy;
  const endsAt = end === undefined || end.does === 'force' ? Number.POSITIVE_INFINITY : end.at;
  const shut = openings.filter(({ opening }) => opening === null);
  const tooLate = openings.filter(({ opening }) => opening !== null && opening.at >= endsAt);
  const held = openings.flatMap(({ client, opening }) =>
    opening === null || opening.blackout === null || opening.at >= endsAt
      ? []
      : [{ client, at: opening.at, reason: opening.blackout.reason }],
  );
  // A blackout of some clients is what its author wants; a long one may be a wrong year.
  const isForAll = held.length === clients.length;
  const worth = held.filter(({ at }) => isForAll || at - from >= longBlackoutMs);
  const first = worth.toSorted((a, b) => a.at - b.at)[0];
  return [
    ...(shut.length === 0
      ? []
      : [
          `${counted(shut.length)} no opening any more, outside the blackouts (${namesOf(clientsOf(shut))}): ` +
            whatFollows(definition, now),
        ]),
    ...(tooLate.length === 0
      ? []
      : [
          `${counted(tooLate.length)} no opening before the campaign ends at ${isoOf(endsAt)} ` +
            `(${namesOf(clientsOf(tooLate))}): nothing can begin there`,
        ]),
    ...(first === undefined
      ? []
      : [
          `${counted(worth.length)} no opening before ${isoOf(first.at)}, because of a blackout ` +
            `(${first.reason}): ${namesOf(clientsOf(worth))}`,
        ]),
  ];
}

/** Four weeks. */
const longBlackoutMs = 28 * 24 * 60 * 60_000;

interface ClientOpening {
  readonly client: Client;
  /** Null = nothing opens any more. */
  readonly opening: Opening | null;
}

const clientsOf = (openings: readonly Pick<ClientOpening, 'client'>[]): readonly Client[] =>
  openings.map(({ client }) => client);

/**
 * When something may begin on each client, from `from` on. Clients without a window, for whom
 * nothing is to open, are left out.
 */
function openingsOf(
  definition: CampaignDefinition,
  clients: readonly Client[],
  from: number,
): readonly ClientOpening[] {
  const known = new Map<string, Opening | null>();
  return clients.flatMap((client) => {
    const calendar = calendarFor(definition, client);
    if (calendar === null || calendar.windows?.length === 0) return [];
    const key = JSON.stringify([client.zone, calendar]);
    const opening = known.has(key) ? (known.get(key) ?? null) : calendarOpening(calendar, client.zone, from);
    known.set(key, opening);
    return [{ client, opening }];
  });
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
