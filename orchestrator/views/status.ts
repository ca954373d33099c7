import type { NotStaged } from '../../shared/domain/campaign/copies.ts';
import { type WaveProgress, waveProgress } from '../domain/wave-progress.ts';
import type { Edited } from './edition-now.ts';
import { type EndStatus, endStatusOf } from './campaign-end.ts';
import { openQuestions } from './approval-words.ts';
import { membersWords } from './membership-words.ts';
import { type Aborted, abortedOf } from './aborted.ts';
import { ranked } from './ranked-causes.ts';
import { type BindsNow, bindsNow, keptBinding } from './binds-now.ts';
import { blackoutsIn } from './blackouts-now.ts';
import { windowNow } from './calendar-words.ts';
import { gateWords } from './gate-words.ts';
import { notStagedIn, waitingForCopies } from './waiting-for-copies.ts';
import { type HealthCounts, healthIn, unknownHealth } from './health-words.ts';
import { type HooksNow, hooksNow } from './hooks-now.ts';
import { speedNow } from '../domain/speed.ts';
import { sharesInWords } from './server-share-words.ts';
import { restartsNow } from './restart-words.ts';
import { calm, type Surroundings } from './surroundings.ts';
import { speedNowWords } from './speed-words.ts';
import { type WaitingCommand, waitingCommand } from './request-words.ts';
import { stopsNow } from './stop-words.ts';
import { type MissingStatus, missingIn } from './missing-processes.ts';
import { actionsFor } from './actions.ts';
import { type Paused, pausedOf } from './paused.ts';
import { type Held, heldInWaves, heldNow, holdStatuses, type HoldStatus } from './holds.ts';
import { removalOf, type Removing } from './removing.ts';
import type { WaitClass } from '../../shared/domain/rules/policy.ts';
import { deferralsOf } from './deferrals-now.ts';
import { learnedLooksIn } from './free-time-words.ts';
import { addStates, noStates, type States, statesBy, sizeOf } from '../../shared/domain/outcome/states.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type EndForecast, endForecast } from './end-forecast.ts';
import { markedIn, type Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';

export interface WaveStatus {
  readonly wave: string;
  readonly size: number;
  readonly states: States;
  /** Its clients may be admitted. */
  readonly isOpen: boolean;
  /** What its gate says of opening the next wave, or why this one is not open yet, in words. */
  readonly gate: string;
  /** Its upgraded clients that were looked at again; left out where none was. */
  readonly health?: HealthCounts | undefined;
}

export interface LogonServerStatus {
  readonly logonServer: string;
  readonly size: number;
  readonly states: States;
}

/**
 * Where a campaign stands, from its aggregate and its counters alone: cheap for any number of
 * clients. Times are ISO 8601, UTC.
 */
export interface CampaignStatus extends Edited, HooksNow {
  readonly campaign: string;
  readonly release: string;
  /** The change under which it runs; left out where its file names none. */
  readonly ticket?: string | undefined;
  readonly status: CampaignState['status'];
  /** Null unless it, or its start, is paused. */
  readonly paused: Paused | null;
  /** Who deletes or archives it: it is still there because that broke off, or goes on. */
  readonly removal: Removing | null;
  /**
   * Clients on which nothing starts, by their column, while the campaign is paused or everything is
   * halted, or those of held logon servers; null at other times. The others are completed.
   */
  readonly held: Held | null;
  /** Held logon servers, in the order of the holds: nothing begins on their clients. */
  readonly holds: readonly HoldStatus[];
  /** The processes that it waits for, because none of them runs; left out = all run. */
  readonly missing?: readonly MissingStatus[] | undefined;
  /** How fast it starts clients now, in words; left out where its file has no speed. */
  readonly speed?: string | undefined;
  /** Its slots of restarts by place, in words; left out = none is in use, or no limit is set. */
  readonly restarts?: readonly string[] | undefined;
  /** How its stop rules stand, in words; left out where its file has none. */
  readonly stops?: readonly string[] | undefined;
  /** Its logon servers that it shares with other campaigns, in words, the fullest first. */
  readonly shared?: readonly string[] | undefined;
  /** What a person can do now, as commands, the most urgent first. */
  readonly actions: readonly string[];
  /** Who halted everything and why: nothing begins in any campaign. */
  readonly halted: { readonly by: string; readonly because: string; readonly at: string } | null;
  /** Who withdrew its release and why. */
  readonly withdrawn: { readonly by: string; readonly because: string; readonly at: string } | null;
  /**
   * Who aborted it and why. `stillMarked` clients will install at their next logon all the same.
   * Null unless it is aborted.
   */
  readonly aborted: Aborted | null;
  /** What the leader cannot do for it now, and why: it stands still until that works again. */
  readonly failures: readonly { readonly round: string; readonly because: string; readonly since: string }[];
  /** Clients that ended marked, and those whose mark was taken back. */
  readonly stillMarked: number;
  readonly unmarked: number;
  /** When a scheduled one starts, or what the file of a created one says; null in other states. */
  readonly startsAt: string | null;
  /** Its own end, while it is not over; left out = it has none. */
  readonly end?: EndStatus | undefined;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /**
   * When this was read, and the policy time from the start until then, or until the end; null
   * before the start.
   */
  readonly at: string;
  readonly tookMs: number | null;
  readonly size: number;
  /** How its clients have changed, in words; left out = they have not. */
  readonly members?: string | undefined;
  /** What waits for the approval of a person; left out = nothing. */
  readonly approvals?: readonly string[] | undefined;
  /** Commands on it or its release that wait for another person; left out = none does. */
  readonly requests?: readonly WaitingCommand[] | undefined;
  /** Clients that have ended, in any way; `states` has each end apart. */
  readonly settled: number;
  readonly states: States;
  /**
   * Upgraded clients that were looked at again. An unhealthy one is counted here alone: its state
   * is `upgraded`. Left out where none was looked at.
   */
  readonly health?: HealthCounts | undefined;
  readonly waves: readonly WaveStatus[];
  readonly logonServers: readonly LogonServerStatus[];
  /**
   * Logon servers with waiting clients whose copy of the release is not verified; none where all
   * share one tree.
   */
  readonly notStaged: readonly NotStaged[];
  /** When it ends by its forecast, or why that is not said; left out = it does not run. */
  readonly forecast?: EndForecast | undefined;
  /** What holds it up; left out unless it runs, and where nobody can say. */
  readonly binds?: BindsNow | undefined;
  /** By class: clients deferred now, and deferrals planned in all. Only classes that occurred. */
  readonly deferrals: readonly {
    readonly class: WaitClass;
    readonly now: number;
    readonly inAll: number;
  }[];
  /** Deferred clients that are looked at when they were usually free; left out = none. */
  readonly learnedLooks?: number | undefined;
  readonly relocations: { readonly done: number; readonly undone: number };
  /**
   * Clients on which only the workaround was used: the same service blocks them again at the next
   * release.
   */
  readonly willBlockAgain: number;
  /** The windows for which clients wait, in words; left out where none does. */
  readonly window?: string;
  /** Blackouts that last or begin soon, a sentence each; left out where there is none. */
  readonly blackouts?: readonly string[];
  /** Where a reader of events goes on after this status; left out = nobody can say. */
  readonly position?: string;
  /** Causes of the ends that failed or need attention, most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}

/** @param now policy time in milliseconds */
export function campaignStatus(
  campaign: Campaign,
  counters: Counters,
  now: number,
  surroundings: Surroundings = calm,
): CampaignStatus {
  const { halt, withdrawn, copies = null, releaseStaged = false, facts, restarts } = surroundings;
  const {
    failures = [],
    hookRuns = [],
    starts = [],
    shares = [],
    missing = [],
    requests = [],
  } = surroundings;
  const { definition, state, createdAt, waveSizes } = campaign;
  const endedAt = 'endedAt' in state ? state.endedAt : null;
  const progress = waveProgress(waveSizes, counters);
  const waves = statesOf(campaign, counters, 'wave');
  const holds = holdStatuses(campaign, counters);
  const words = gateWords(campaign, progress, now, {
    withdrawn,
    notStaged: waitingForCopies(campaign, counters, copies),
    held: heldInWaves(campaign, counters),
  });
  const begun = 'startedAt' in state;
  const members = membersWords(campaign.members);
  const speed = state.status === 'running' ? speedNow(campaign, counters) : null;
  const approvals = openQuestions(campaign, counters, now);
  const sum = (pick: (wave: WaveProgress) => number): number =>
    progress.reduce((total, wave) => total + pick(wave), 0);
  const states = [...waves.values()].reduce(addStates, noStates);
  const status = {
    campaign: definition.campaign,
    release: definition.release,
    ...(definition.ticket === undefined ? {} : { ticket: definition.ticket }),
    status: state.status,
    paused: pausedOf(campaign, counters, releaseStaged, now),
    removal: removalOf(campaign),
    held: heldNow(campaign, counters, holds, halt),
    holds,
    ...(endedAt === null ? missingIn(missing, state.status, states) : {}),
    ...(begun && endedAt === null ? sharesInWords(shares, campaign, counters) : {}),
    ...(speed === null ? {} : { speed: speedNowWords(speed, starts, now) }),
    ...(begun && endedAt === null ? restartsNow(definition.budgets.restarts, restarts) : {}),
    ...stopsNow(campaign, facts, now),
    halted: halt === null ? null : { ...halt, at: isoOf(halt.at) },
    withdrawn: withdrawn === null ? null : { ...withdrawn, at: isoOf(withdrawn.at) },
    aborted: abortedOf(campaign, counters),
    failures: failures.map(({ round, because, since }) => ({ round, because, since: isoOf(since) })),
    stillMarked: markedIn(counters).settled,
    unmarked: counters['unmarked'] ?? 0,
    startsAt: startOf(campaign),
    ...endStatusOf(campaign),
    ...hooksNow(definition, counters, hookRuns),
    createdAt: isoOf(createdAt),
    startedAt: begun ? isoOf(state.startedAt) : null,
    endedAt: endedAt === null ? null : isoOf(endedAt),
    at: isoOf(now),
    tookMs: begun ? (endedAt ?? now) - state.startedAt : null,
    size: sum((wave) => wave.size),
    ...(members === null ? {} : { members }),
    ...(approvals.length === 0 ? {} : { approvals }),
    ...(requests.length === 0 ? {} : { requests: requests.map(waitingCommand) }),
    settled: sum((wave) => wave.settled + (state.status === 'aborted' ? wave.waiting : 0)),
    states,
    ...healthIn(progress),
    waves: definition.waves.map(({ name }, index) => ({
      wave: name,
      size: waveSizes[index] ?? 0,
      states: waves.get(String(index)) ?? noStates,
      isOpen: begun && index < state.openWaves,
      gate: words[index] ?? '',
      ...healthIn(progress.slice(index, index + 1)),
    })),
    logonServers: logonServersOf(campaign, counters),
    notStaged: notStagedIn(copies, logonServersOf(campaign, counters)),
    deferrals: deferralsOf(counters),
    ...learnedLooksIn(counters),
    relocations: { done: counters['relocation|done'] ?? 0, undone: counters['relocation|undone'] ?? 0 },
    willBlockAgain: counters['willBlockAgain'] ?? 0,
    causes: ranked(progress.flatMap((wave) => wave.causes)),
    ...windowNow(campaign, counters, states.waiting, now),
    ...blackoutsIn(campaign, now),
  };
  const forecast = endForecast(campaign, counters, surroundings, now);
  return {
    ...status,
    ...(forecast === null ? {} : { forecast }),
    ...bindsNow(status, keptBinding(campaign, surroundings), now),
    actions: actionsFor({ ...status, unknownHealth: unknownHealth(campaign, progress, now) }),
  };
}

function startOf({ definition, state }: Campaign): string | null {
  const at =
    state.status === 'scheduled' ? state.startAt : state.status === 'created' ? definition.startAt : null;
  return at === null ? null : isoOf(at);
}

/**
 * A client that still waits in an aborted campaign counts as cancelled; it has no record, and
 * needs none.
 */
function statesOf(
  { state }: Campaign,
  counters: Counters,
  by: 'wave' | 'logonServer',
): ReadonlyMap<string, States> {
  const found = statesBy(counters, by);
  if (state.status !== 'aborted') return found;
  return new Map(
    [...found].map(([name, states]) => [
      name,
      { ...states, waiting: 0, cancelled: states.cancelled + states.waiting },
    ]),
  );
}

function logonServersOf(campaign: Campaign, counters: Counters): readonly LogonServerStatus[] {
  return [...statesOf(campaign, counters, 'logonServer')]
    .map(([logonServer, states]) => ({ logonServer, size: sizeOf(states), states }))
    .sort((a, b) => (a.logonServer < b.logonServer ? -1 : 1));
}
