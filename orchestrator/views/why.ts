import { fromNow } from './duration-text.ts';
import { endRemarks, whyOverFor } from './campaign-end.ts';
import { ladderWords, persistenceWords } from './ladder-words.ts';
import { type HookHold, hookHolding } from './hooks.ts';
import { becauseOf } from './because.ts';
import { freeTimeRemarks } from './free-time-words.ts';
import { outlookOf } from './outlook.ts';
import { untilMayBegin, whyNoSlot, whyNotOpen, whyStopped } from './why-waiting.ts';
import { clientActions, waysBack } from './actions.ts';
import { holdInWords, holdOver } from './holds.ts';
import { reasonsSaidOnce } from './said-once.ts';
import { editionRemarks } from './edition-now.ts';
import { waitingWords } from './request-words.ts';
import { stopRemarks } from './stop-remarks.ts';
import { remarksOn } from './remarks.ts';
import { isToBeCancelled } from './stopped.ts';
import { missingFor, standstillRemarks, startCommands, untilRunning, withoutLeader } from './standstill.ts';
import { restartRemarks } from './restart-words.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { describeBlocker } from '../../shared/domain/observation/blocker.ts';
import type { End } from '../../shared/domain/outcome/ending.ts';
import { waitsSince } from '../../shared/domain/upgrade/waits.ts';
import { stepWords } from '../../shared/domain/remediation/procedure-words.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import {
  type Calendar,
  calendarOpening,
  isCalendarOpen,
  type Opening,
} from '../../shared/domain/time/calendar.ts';
import { blackoutUntil, waitsForOpening } from '../../shared/domain/time/calendar-words.ts';
import { isKnownZone, wallTimeOf } from '../../shared/domain/time/window.ts';
import { calendarAt, deadlineOpening } from '../../shared/domain/upgrade/closed-window.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import type { WhyContext } from './why-context.ts';
import type { Phase, Upgrade } from '../../shared/domain/upgrade/state.ts';

/**
 * Why a client stands where it stands, in plain words. Times are ISO 8601, UTC, with the time from
 * now beside them.
 */
export interface Why {
  readonly client: string;
  readonly campaign: string;
  readonly state: Phase | 'waiting';
  /** How it ended; null = it has not. */
  readonly end: End | null;
  readonly because: string;
  readonly since: Moment | null;
  readonly blockers: readonly string[];
  /** SHA-256 of what the last look found. */
  readonly evidence: string | null;
  /**
   * What happens next by itself, and when; no time = as soon as possible. Null = nothing more
   * happens.
   */
  readonly next: { readonly action: string; readonly when: Moment | null } | null;
  /** What follows if nothing changes; null where nothing can be foreseen. */
  readonly otherwise: string | null;
  readonly remarks: readonly string[];
  /** What a person can do about it, as commands. */
  readonly actions: readonly string[];
}

export interface Moment {
  readonly at: string;
  readonly inWords: string;
}

/**
 * An admitted client's record, as far as it matters here. `since` is when it came into its state,
 * if known.
 */
export interface Recorded {
  readonly upgrade: Upgrade;
  readonly index: 'waiting' | 'due' | 'parked' | 'driven' | 'settled';
  readonly dueAt: number | null;
  readonly since: number | null;
  /** Why the present step of a procedure has failed last, if so. */
  readonly failure?: string | null;
}

const moment = (at: number, now: number): Moment => ({ at: isoOf(at), inWords: fromNow(at, now) });

/** A client that has not been admitted yet: no look, so nothing but the campaign to speak of. */
export function whyWaiting(
  context: WhyContext,
  pick: { readonly client: string; readonly wave: number; readonly logonServer: string },
): Why {
  const { campaign } = context;
  const hold = holdOver(campaign, pick.logonServer);
  const opening = hold === null ? windowOpening(context) : null;
  const over = whyOverFor(campaign, context.now);
  const hook = hookHolding(campaign.definition, context.hookRuns ?? [], pick.wave);
  const notOpen = over ?? whyNotOpen(context, pick.wave) ?? withoutLeader(context) ?? hook?.because ?? null;
  // Lists and totals count it as cancelled, too: nothing is begun on it any more.
  const cancelledAt = campaign.state.status === 'aborted' ? campaign.state.abortedAt : null;
  const because =
    notOpen ?? (opening === null ? whyNoSlot(context, pick.logonServer, true) : opening.because);
  const why: Why = {
    client: pick.client,
    campaign: campaign.definition.campaign,
    state: cancelledAt === null ? 'waiting' : 'settled',
    end: cancelledAt === null ? null : 'cancelled',
    because,
    since: cancelledAt === null ? null : moment(cancelledAt, context.now),
    blockers: [],
    evidence: null,
    next:
      cancelledAt === null && over === null && hook?.needsPerson !== true
        ? nextOfWaiting(context, pick, opening?.at ?? null, hook)
        : null,
    otherwise: null,
    remarks: [
      ...(cancelledAt === null ? standstillRemarks(context, 'notAdmitted') : []),
      `it is in wave ${campaign.definition.waves[pick.wave]?.name ?? ''}, logon server ${pick.logonServer}`,
      ...(hold === null || notOpen === null ? [] : [holdInWords(hold)]),
      ...stopRemarks(context),
      ...(context.requests ?? []).map(waitingWords),
      ...joinedWords(context),
      ...editionRemarks(context),
      ...whyNeverOpen(context),
      ...refusedAddressOf(context),
    ],
    actions: [
      ...startCommands(missingFor(context, 'notAdmitted')),
      ...waysBack(campaign, pick.logonServer, context.halt ?? null),
    ],
  };
  return reasonsSaidOnce(why, context);
}

/** No time is foreseen while something besides the window keeps the client from being admitted. */
function nextOfWaiting(
  context: WhyContext,
  pick: { readonly wave: number; readonly logonServer: string },
  opening: number | null,
  hook: HookHold | null,
): Why['next'] {
  const action = 'it is admitted and looked at';
  const running = untilRunning(missingFor(context, 'notAdmitted'));
  const until = [...(running === null ? [] : [running]), ...untilMayBegin(context, pick)];
  if (until.length === 0 && hook !== null && hook.againAt !== null)
    return { action: `hook ${hook.hook} runs again`, when: moment(hook.againAt, context.now) };
  if (hook !== null) until.push(`hook ${hook.hook} has said go`);
  if (until.length > 0) return { action: `${action} when ${until.join(' and ')}`, when: null };
  return { action, when: opening === null ? null : moment(opening, context.now) };
}

function refusedAddressOf({ refusedAddress }: WhyContext): readonly string[] {
  if (refusedAddress === undefined || refusedAddress === null) return [];
  const { host, other, at } = refusedAddress;
  return [
    `its check-in of ${isoOf(at)} brought the address ${host}, which is not taken: ` +
      `client ${other} of the fleet has it`,
  ];
}

function joinedWords({ joined }: WhyContext): readonly string[] {
  return joined === null || joined === undefined ? [] : [`${isoOf(joined.at)}: ${joined.because}`];
}

/** A client that has no opening is admitted at once, and then needs attention. */
function whyNeverOpen(context: WhyContext): readonly string[] {
  const { zone = 'UTC', now } = context;
  const calendar = calendarIn(context);
  if (calendar === null) return [];
  if (!isKnownZone(zone))
    return [`its time zone ${zone} is not known: import it with a time zone such as Europe/Rome`];
  if (deadlineOpening(timedOf(context), zone, now) !== null) return [];
  if (calendar.windows?.length === 0) return ['no window of the campaign is for it: it will need attention'];
  return calendarOpening(calendar, zone, now) === null
    ? ['none of its windows opens any more outside the blackouts: it will need attention']
    : [];
}

const timedOf = ({ calendar, campaign }: WhyContext) => ({
  policy: campaign.definition.policy,
  ...(calendar === undefined ? {} : { calendar }),
});

const calendarIn = (context: WhyContext): Calendar | null => calendarAt(timedOf(context), context.now);

/** A deadline that comes before the window opens. A blackout holds after it, too. */
const beforeDeadline = (zone: string, { at, blackout }: Opening): string =>
  `waits for its window, which opens ${wallTimeOf(zone, at)}: the deadline of the campaign${blackout === null ? '' : ' has passed then'}${blackoutUntil(zone, blackout)}`;

/** When a client's calendar opens that is closed now, in words too; null when nothing is closed. */
function windowOpening(context: WhyContext): { readonly at: number; readonly because: string } | null {
  const { zone, now } = context;
  const calendar = calendarIn(context);
  if (calendar === null || zone === undefined || isCalendarOpen(calendar, zone, now)) return null;
  const opening = calendarOpening(calendar, zone, now);
  const forced = isKnownZone(zone) ? deadlineOpening(timedOf(context), zone, now) : null;
  if (forced !== null && (opening === null || forced.at < opening.at))
    return { at: forced.at, because: beforeDeadline(zone, forced) };
  return opening === null ? null : { at: opening.at, because: waitsForOpening(calendar, zone, opening) };
}

/** A client that has been admitted. */
export function whyAdmitted(context: WhyContext, recorded: Recorded): Why {
  const { upgrade, failure = null } = recorded;
  const { state, memory } = upgrade;
  const since = waitsSince(upgrade) ?? recorded.since;
  const why: Why = {
    client: upgrade.client,
    campaign: context.campaign.definition.campaign,
    state: state.phase,
    end: state.phase === 'settled' ? state.end : null,
    because: becauseOf(upgrade, failure),
    since: since === null ? null : moment(since, context.now),
    blockers: 'blockers' in state ? state.blockers.map(describeBlocker) : [],
    evidence: memory.learned.lastLook?.evidence ?? null,
    next: nextOf(context, recorded),
    otherwise: outlookOf(context, upgrade),
    remarks: [
      ...(state.phase === 'settled' ? [] : standstillRemarks(context, 'admitted')),
      ...remarksOn(context, upgrade),
      ...freeTimeRemarks(upgrade, context.zone),
      ...(state.phase === 'settled' && state.end !== 'cancelled' ? [] : stopRemarks(context)),
      ...restartRemarks(context, upgrade),
      ...(context.requests ?? []).map(waitingWords),
      ...joinedWords(context),
      ...editionRemarks(context),
      ...endRemarks(context.campaign, upgrade, context.now),
      ...ownLadder(context, upgrade),
      ...refusedAddressOf(context),
    ],
    actions: [
      ...(state.phase === 'settled' ? [] : startCommands(missingFor(context, 'admitted'))),
      ...clientActions(context.campaign, upgrade, context.halt ?? null),
    ],
  };
  return reasonsSaidOnce(why, context);
}

/** The rules that hold for a blocked client, where not every client has the same. */
function ownLadder({ policy }: WhyContext, { state }: Upgrade): readonly string[] {
  const isOwn = policy?.ladders !== undefined || policy?.persistences !== undefined;
  if (!isOwn || state.phase === 'settled') return [];
  const persists = persistenceWords(policy);
  return [`its rules: ${ladderWords(policy)}`, ...(persists === null ? [] : [`its rules: ${persists}`])];
}

function nextOf(context: WhyContext, { upgrade, index, dueAt }: Recorded): Why['next'] {
  if (upgrade.state.phase === 'settled') return null;
  if (isToBeCancelled(context.campaign, upgrade))
    return { action: 'it is cancelled as soon as servpack comes to it', when: null };
  const action = actionOf(upgrade);
  if (index === 'parked')
    return {
      action: `${action} as soon as it gets a slot: ${whyNoSlot(context, upgrade.logonServer)}`,
      when: null,
    };
  const stopped = isFinishing(upgrade) ? null : whyStopped(context, upgrade.logonServer);
  if (index === 'due' && stopped !== null && context.campaign.state.status !== 'aborted')
    return { action: `${action} as soon as it may go on: ${stopped}`, when: null };
  const running = untilRunning(missingFor(context, 'admitted'));
  if (running !== null) return { action: `${action} when ${running} again`, when: null };
  if (index === 'driven') return { action: `${action}: a worker is working on it`, when: null };
  // When the hook runs depends on the other hooks.
  const at = upgrade.state.phase === 'deferred' && upgrade.state.class === 'hook' ? null : dueAt;
  return { action, when: at === null ? null : moment(Math.max(at, context.now), context.now) };
}

function actionOf({ state }: Upgrade): string {
  switch (state.phase) {
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'ordering':
    case 'looking':
      return 'it is looked at';
    case 'restarting':
      return 'it is looked at, to see if it has restarted';
    case 'deferred':
      if (state.class === 'hook') return 'its hook runs, and it is looked at when the hook says go';
      return state.class === 'restarts'
        ? 'it is looked at again when its turn comes, at the latest'
        : 'it is looked at again';
    case 'notifying':
      return 'its users are notified';
    case 'remedying':
      return `step "${stepWords[state.journal.step]}" is ${state.retryAt === null ? 'run' : 'tried again'}`;
    case 'settled':
      return 'nothing';
  }
}

/**
 * The answer, with the evidence itself where it was asked for, and the other campaigns that know
 * the client.
 */
export type WhyAnswer = Why & {
  readonly evidenceText: string | null;
  readonly others: readonly { readonly campaign: string; readonly status: CampaignState['status'] }[];
};
