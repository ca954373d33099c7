import type { Happening } from './happening.ts';
import { isCritical, mayFlap, type NoticeKind } from './notice-kinds.ts';

/** What is known of an alarm that has begun and not ended. */
export interface Alarm {
  readonly kind: NoticeKind;
  readonly campaign: string;
  readonly about?: string;
  readonly since: number;
  readonly says: string;
  /** The messages that said that it has begun; none = none was sent yet. */
  readonly notices: readonly string[];
}

/** Happenings of one kind and subject that become one message. */
export interface Group {
  readonly kind: NoticeKind;
  readonly campaign: string;
  readonly about?: string;
  /** Policy time at which the message is made. */
  readonly dueAt: number;
  /** The first ones, in their order. */
  readonly happenings: readonly Happening[];
  /** How many there are, those included that are not listed. */
  readonly inAll: number;
  /** The alarms that end with it. */
  readonly ends: readonly Alarm[];
}

/** A message that waits for the end of quiet hours. */
export interface HeldBack {
  readonly at: number;
  readonly title: string;
  readonly notice: string;
}

/** What the maker of messages remembers. Plain data: it is kept as JSON. */
export interface NoticeState {
  /** How far the audit was read. */
  readonly after: string;
  /** By name: see `alarmOf`. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  /** Not sent yet, in the order of their first happenings. */
  readonly groups: readonly Group[];
  /** By subject of a critical message: until when further ones wait for each other. */
  readonly gathering: Readonly<Record<string, number>>;
  /** By destination: what it gets as one digest. */
  readonly heldBack: Readonly<Record<string, readonly HeldBack[]>>;
  /** By campaign: how many failures people were notified of; left out = none. */
  readonly failures?: Readonly<Record<string, number>>;
}

export const nothingYet = (after: string): NoticeState => ({
  after,
  alarms: {},
  groups: [],
  gathering: {},
  heldBack: {},
});

/** So many happenings are listed in one message; the others are counted. */
export const listedAtMost = 1_000;

const keyOf = ({ kind, campaign, about = '' }: Pick<Group, 'kind' | 'campaign' | 'about'>): string =>
  `${kind}|${campaign}|${about}`;

/**
 * Takes in what happened. A critical happening becomes a message at once, and further ones of the
 * same subject wait for each other, unless an alarm begins or ends with them; the others wait for
 * each other from the first one on.
 * @param gatherMs policy time in which happenings of one subject become one message
 */
export const takeIn = (
  state: NoticeState,
  happenings: readonly Happening[],
  now: number,
  gatherMs: number,
): NoticeState => happenings.reduce((before, each) => takeOne(before, each, now, gatherMs), state);

function takeOne(state: NoticeState, happening: Happening, now: number, gatherMs: number): NoticeState {
  const { opens, closes = [], onlyCloses } = happening;
  const closed = Object.keys(state.alarms).filter((name) => closes.some((pattern) => isNamed(pattern, name)));
  if (onlyCloses === true && closed.length === 0) return state;
  const unasked = closed.filter((name) => isUnsentQuestion(state, name));
  const ends = closed.flatMap((name) => (unasked.includes(name) ? [] : (state.alarms[name] ?? [])));
  const alarms = Object.fromEntries(Object.entries(state.alarms).filter(([name]) => !closed.includes(name)));
  if (opens !== undefined) alarms[opens] = begun(happening);
  const groups = withoutOpenings(state.groups, unasked);
  // Nobody was asked, so nobody waits for the end of it.
  if (onlyCloses === true && ends.length === 0) return { ...state, alarms, groups };
  return {
    ...state,
    alarms,
    groups: withHappening({ ...state, groups }, happening, ends, now, gatherMs),
    ...countedFailures(state, happening),
  };
}

/** A question that is answered before anybody was notified of it: the answer alone is news. */
const isUnsentQuestion = ({ alarms, groups }: NoticeState, name: string): boolean =>
  alarms[name]?.kind === 'approval.requested' &&
  groups.some(({ happenings }) => happenings.some(({ opens }) => opens === name));

/** The groups without the happenings that began these alarms. */
function withoutOpenings(groups: readonly Group[], names: readonly string[]): readonly Group[] {
  if (names.length === 0) return groups;
  return groups.flatMap((group) => {
    const happenings = group.happenings.filter(({ opens }) => opens === undefined || !names.includes(opens));
    const inAll = group.inAll - (group.happenings.length - happenings.length);
    return happenings.length === 0 ? [] : [{ ...group, happenings, inAll }];
  });
}

/** How many failures people were notified of, by campaign; an ended campaign counts no more. */
function countedFailures(
  { failures = {} }: NoticeState,
  { kind, campaign, clients = 0 }: Happening,
): Pick<NoticeState, 'failures'> {
  if (kind === 'clients.failed')
    return { failures: { ...failures, [campaign]: (failures[campaign] ?? 0) + clients } };
  if (kind !== 'campaign.ended' || failures[campaign] === undefined) return {};
  return { failures: Object.fromEntries(Object.entries(failures).filter(([name]) => name !== campaign)) };
}

const isNamed = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

const begun = ({ kind, campaign, about, at, says }: Happening): Alarm => ({
  kind,
  campaign,
  ...(about === undefined ? {} : { about }),
  since: at,
  says,
  notices: [],
});

function withHappening(
  { groups, gathering, alarms }: NoticeState,
  happening: Happening,
  ends: readonly Alarm[],
  now: number,
  gatherMs: number,
): readonly Group[] {
  const key = keyOf(happening);
  const { kind, campaign, about, opens } = happening;
  const isTurn = !mayFlap(kind) && (ends.length > 0 || (opens !== undefined && alarms[opens] === undefined));
  const waitsUntil = isTurn ? now : Math.max(now, gathering[key] ?? 0);
  const dueAt = isCritical(kind) ? waitsUntil : now + gatherMs;
  const found = groups.find((group) => keyOf(group) === key);
  if (found !== undefined)
    return groups.map((group) =>
      group === found
        ? {
            ...group,
            // The last one says how it stands now.
            happenings: [...group.happenings.slice(0, listedAtMost - 1), happening],
            inAll: group.inAll + 1,
            ends: [...group.ends, ...ends],
            dueAt: Math.min(group.dueAt, dueAt),
          }
        : group,
    );
  const named = about === undefined ? {} : { about };
  return [...groups, { kind, campaign, ...named, dueAt, happenings: [happening], inAll: 1, ends }];
}

/**
 * The groups whose time has come. What happened before in the same campaign goes out with them,
 * so that messages about a campaign keep their order.
 */
export function takeDue(
  state: NoticeState,
  now: number,
  gatherMs: number,
): { readonly state: NoticeState; readonly due: readonly Group[] } {
  const isDue = state.groups.map(({ dueAt }) => dueAt <= now);
  const due = state.groups.filter(
    ({ campaign }, at) =>
      isDue[at] === true ||
      (campaign !== '' &&
        state.groups.some((later, i) => i > at && isDue[i] === true && later.campaign === campaign)),
  );
  if (due.length === 0) return { state, due };
  const sent = due
    .filter(({ kind }) => isCritical(kind))
    .map((group) => [keyOf(group), now + gatherMs] as const);
  const still = Object.entries(state.gathering).filter(([, until]) => until > now);
  return {
    due,
    state: {
      ...state,
      groups: state.groups.filter((group) => !due.includes(group)),
      gathering: Object.fromEntries([...still, ...sent]),
    },
  };
}

/** Notes which message said that an alarm has begun, so that its end can name it. */
export function noteSent(state: NoticeState, group: Group, notice: string): NoticeState {
  const opened = new Set(group.happenings.flatMap(({ opens }) => opens ?? []));
  if (opened.size === 0) return state;
  const alarms = Object.entries(state.alarms).map(([name, alarm]): [string, Alarm] =>
    opened.has(name) ? [name, { ...alarm, notices: [...alarm.notices, notice] }] : [name, alarm],
  );
  return { ...state, alarms: Object.fromEntries(alarms) };
}
