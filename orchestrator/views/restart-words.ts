import type { WhyContext } from './why-context.ts';
import { fromNow } from './duration-text.ts';
import {
  clientsOf,
  mostIn,
  type RestartEntry,
  type RestartLimits,
  type RestartPlace,
  restartTerms,
} from '../../shared/domain/rules/restart-limits.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** What a campaign file says of restarts at the same time; empty = any number. */
export function restartLimitRule({ perLogonServer, perLabel = {} }: RestartLimits = {}): readonly string[] {
  const limits = [
    ...(perLogonServer === undefined ? [] : [`${perLogonServer} of each logon server`]),
    ...Object.entries(perLabel).map(([key, most]) => `${most} of each value of label ${key}`),
  ];
  return limits.length === 0 ? [] : [`in a restart at the same time: at most ${limits.join(', ')}`];
}

interface PlaceNow extends RestartPlace {
  readonly most: number;
  readonly held: readonly RestartEntry[];
  readonly waiting: readonly RestartEntry[];
}

/** The places that have a limit, with who is there; first the one for which most clients wait. */
function placesNow(limits: RestartLimits | undefined, entries: readonly RestartEntry[]): readonly PlaceNow[] {
  const terms = restartTerms(0, limits);
  const places = new Map(entries.flatMap((entry) => entry.places).map((place) => [place.name, place]));
  return [...places.values()]
    .flatMap((place): PlaceNow[] => {
      const most = mostIn(terms, place);
      if (most === undefined) return [];
      const there = entries.filter((entry) => entry.places.some(({ name }) => name === place.name));
      const held = there.filter(({ holds }) => holds);
      return [{ ...place, most, held, waiting: there.filter(({ holds }) => !holds) }];
    })
    .sort((a, b) => b.waiting.length - a.waiting.length || (a.name < b.name ? -1 : 1));
}

/** `logon server LS-PUN: 2 of 2 slots of restarts in use, 14 clients wait for one`, by place. */
export function restartsNow(
  limits: RestartLimits | undefined,
  entries: readonly RestartEntry[] = [],
): { readonly restarts?: readonly string[] } {
  const places = placesNow(limits, entries);
  if (places.length === 0) return {};
  return {
    restarts: places.map(({ says, most, held, waiting }) => {
      const wait = waiting.length === 0 ? '' : `, ${countOf(waiting.length)} for one`;
      return `${clientsOf(says)}: ${held.length} of ${most} ${most === 1 ? 'slot' : 'slots'} of restarts in use${wait}`;
    }),
  };
}

const countOf = (count: number): string => (count === 1 ? '1 client waits' : `${count} clients wait`);

const namedAtMost = 3;

/** Who has the slots for which a client waits, since when, and how many are before it. */
export function restartRemarks(
  { campaign, restarts = [], now }: Pick<WhyContext, 'campaign' | 'restarts' | 'now'>,
  { client, state }: Upgrade,
): readonly string[] {
  const own = restarts.find((entry) => entry.client === client);
  if (state.phase !== 'deferred' || state.class !== 'restarts' || own === undefined) return [];
  if (own.holds) return ['it has got the slot of a restart, and is looked at before it restarts'];
  const full = placesNow(campaign.definition.budgets.restarts, restarts).filter(
    (place) => place.waiting.includes(own) && place.held.length >= place.most,
  );
  const before = restarts.filter(({ holds }) => !holds).indexOf(own);
  const places = full.map(({ says, most, held }) => {
    const named = held
      .toSorted((a, b) => a.since - b.since)
      .slice(0, namedAtMost)
      .map((each) => `${each.client} since ${isoOf(each.since)} (${fromNow(each.since, now)})`);
    const more = held.length > named.length ? `, and ${held.length - named.length} more` : '';
    return `${clientsOf(says)}: ${held.length} of ${most} ${most === 1 ? 'slot' : 'slots'} of restarts in use, by ${named.join(', ')}${more}`;
  });
  const line =
    before === 0
      ? 'it is the first that waits for a slot of a restart'
      : `${countOf(before)} longer than it for a slot of a restart`;
  return [...places, line];
}
