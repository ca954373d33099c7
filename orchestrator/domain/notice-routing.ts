import type { CampaignNotify } from '../../shared/domain/campaign/definition.ts';
import { closingOf, isWindowOpen, type Window } from '../../shared/domain/time/window.ts';
import type { Group, HeldBack, NoticeState } from './gather-notices.ts';
import { isCritical, type NoticeKind } from './notice-kinds.ts';

/** Hours in which only critical messages are sent, by the clock of a place. */
export interface QuietHours {
  readonly zone: string;
  readonly hours: Window;
}

/** Which messages a destination gets, and when. */
export interface Subscription {
  readonly name: string;
  readonly kinds: readonly NoticeKind[];
  /** Null = none. */
  readonly quiet: QuietHours | null;
}

/**
 * A destination gets a message of the kinds that it names, of campaigns that want it. Who heard of
 * an alarm also hears of its end.
 */
const wants = (
  { name, kinds }: Subscription,
  { kind, ends }: Group,
  notify: CampaignNotify | undefined,
): boolean =>
  (notify === undefined || notify.to.includes(name)) &&
  (kinds.includes(kind) || ends.some((alarm) => kinds.includes(alarm.kind)));

export const isQuiet = ({ quiet }: Subscription, now: number): boolean =>
  quiet !== null && isWindowOpen(quiet.hours, quiet.zone, now);

/** Who gets a message at once, and who gets it in the digest after the quiet hours. */
export function routeOf(
  subscriptions: readonly Subscription[],
  group: Group,
  notify: CampaignNotify | undefined,
  now: number,
): { readonly now: readonly string[]; readonly later: readonly string[] } {
  const wanted = subscriptions.filter((each) => wants(each, group, notify));
  const waits = (each: Subscription): boolean => !isCritical(group.kind) && isQuiet(each, now);
  return {
    now: wanted.filter((each) => !waits(each)).map(({ name }) => name),
    later: wanted.filter(waits).map(({ name }) => name),
  };
}

/** A digest lists so many messages; all of them are kept. */
export const heldBackAtMost = 500;

export const holdBack = (state: NoticeState, names: readonly string[], one: HeldBack): NoticeState => ({
  ...state,
  heldBack: {
    ...state.heldBack,
    ...Object.fromEntries(
      names.map((name) => [name, [...(state.heldBack[name] ?? []), one].slice(-heldBackAtMost)]),
    ),
  },
});

/** The destinations whose quiet hours are over, with what was held back for them. */
export function takeDigests(
  state: NoticeState,
  subscriptions: readonly Subscription[],
  now: number,
): {
  readonly state: NoticeState;
  readonly digests: readonly { readonly destination: string; readonly messages: readonly HeldBack[] }[];
} {
  const stillQuiet = new Set(subscriptions.filter((each) => isQuiet(each, now)).map(({ name }) => name));
  const entries = Object.entries(state.heldBack);
  const over = entries.filter(([name]) => !stillQuiet.has(name));
  if (over.length === 0) return { state, digests: [] };
  return {
    state: { ...state, heldBack: Object.fromEntries(entries.filter(([name]) => stillQuiet.has(name))) },
    digests: over.map(([destination, messages]) => ({ destination, messages })),
  };
}

/** Policy time at which something is sent without an event; null = nothing waits. */
export function nextSending(
  { groups, heldBack }: NoticeState,
  subscriptions: readonly Subscription[],
  now: number,
): number | null {
  const ends = subscriptions.flatMap(({ name, quiet }) =>
    quiet === null || heldBack[name] === undefined ? [] : (closingOf(quiet.hours, quiet.zone, now) ?? []),
  );
  const times = [...groups.map(({ dueAt }) => dueAt), ...ends];
  return times.length === 0 ? null : Math.min(...times);
}
