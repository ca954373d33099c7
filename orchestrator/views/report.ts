import { describeBlocker } from '../../shared/domain/observation/blocker.ts';
import { type DeferralClass, hasBudget, type WaitClass } from '../../shared/domain/rules/policy.ts';
import { type RankedBlocker, rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import { causeInWords } from '../domain/spent-cause.ts';
import { type CampaignStatus, campaignStatus } from './status.ts';
import { calm, type Surroundings } from './surroundings.ts';
import type { End } from '../../shared/domain/outcome/ending.ts';
import type { Phase, Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Health } from '../../shared/domain/observation/health.ts';
import { lookedAgain } from './health-words.ts';
import { holdOver } from './holds.ts';
import type { PlannedAgainstActual } from './planned-actual.ts';
import { type PastForecast, pastForecasts } from './past-forecasts.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { endedMarked, healthNow } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Learned } from '../../shared/domain/upgrade/memory.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import { waitsSince } from '../../shared/domain/upgrade/waits.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, Running } from '../../shared/domain/campaign/campaign.ts';
import { endCause } from '../../shared/domain/rules/campaign-end.ts';

/** What the report says of one client. Times are ISO 8601, UTC. */
export interface ClientReport {
  readonly client: string;
  readonly wave: string;
  readonly logonServer: string;
  readonly attempt: number;
  readonly state: Phase | 'waiting';
  /**
   * Null until the client has settled; then `cause` is the short form that is counted and `reason`
   * the whole sentence.
   */
  readonly end: End | null;
  readonly cause: string | null;
  /**
   * Why the client ended so, or what a deferred client waits for; null where there is nothing to
   * say yet.
   */
  readonly reason: string | null;
  readonly settledAt: string | null;
  readonly blockers: readonly string[];
  /** SHA-256 of what the last look found; the text is kept under it. */
  readonly evidence: string | null;
  readonly relocation: 'none' | 'done' | 'undone';
  /** Image path of a service that was moved, as it is now. */
  readonly servicePath: string | null;
  readonly willBlockAgain: boolean;
  readonly deferrals: Readonly<Partial<Record<DeferralClass, number>>>;
  /** For what kind of thing a deferred client waits. */
  readonly waitsFor: WaitClass | null;
  /** When the reason began for which the client stands where it stands. */
  readonly since: string | null;
  /** When something happens next by itself; null = as soon as possible, or never. */
  readonly next: string | null;
  /** How often it was looked at in vain for this reason; null where it waits for nothing. */
  readonly tries: number | null;
  /** Who holds its logon server, since when and why; null where nobody does, or it has ended. */
  readonly held: string | null;
  /** It has ended, and installs at its next logon all the same. */
  readonly stillMarked: boolean;
  /** What became of the last try to take its mark back, and when. */
  readonly unmarked: { readonly at: string; readonly done: boolean; readonly because: string } | null;
  /** What a look after the upgrade found; left out where its campaign has asked for none. */
  readonly health?:
    | { readonly kind: Health['kind']; readonly at: string; readonly because: string | null }
    | undefined;
}

/**
 * Everything about a campaign: its status, what was in the way, and what became of every client.
 */
export interface CampaignReport extends CampaignStatus {
  /** SHA-256 of the campaign file. */
  readonly hash: string;
  /** Who archived it, and to which file: nothing of it is in the store any more. Else null. */
  readonly archived: {
    readonly at: string;
    readonly by: string;
    readonly because: string;
    readonly file: string;
  } | null;
  /** How its earlier forecasts held, the oldest first; left out where none is kept. */
  readonly forecasts?: readonly PastForecast[] | undefined;
  /** What was planned at its start, against what came; left out where it has not started. */
  readonly planned?: PlannedAgainstActual | undefined;
  readonly blockers: readonly RankedBlocker[];
  /** By wave, then by client. */
  readonly clients: readonly ClientReport[];
}

/** A client that has not been admitted yet, or its upgrade. */
export type Reported =
  | { readonly kind: 'waiting'; readonly client: string; readonly wave: number; readonly logonServer: string }
  | { readonly kind: 'admitted'; readonly upgrade: Upgrade };

/** @param now policy time in milliseconds */
export function campaignReport(
  campaign: Campaign,
  counters: Counters,
  clients: readonly Reported[],
  now: number,
  surroundings: Surroundings = calm,
): CampaignReport {
  const forecasts = pastForecasts(campaign, surroundings.kept, now);
  return {
    ...campaignStatus(campaign, counters, now, surroundings),
    hash: campaign.definition.hash,
    archived: null,
    ...(forecasts.length === 0 ? {} : { forecasts }),
    blockers: rankBlockers(counters),
    clients: clients
      .map((each) => ({ wave: waveOf(each), report: clientReport(campaign, each) }))
      .sort((a, b) => a.wave - b.wave || (a.report.client < b.report.client ? -1 : 1))
      .map(({ report }) => report),
  };
}

const waveOf = (reported: Reported): number =>
  reported.kind === 'waiting' ? reported.wave : reported.upgrade.wave;

/** What is said of one client of this campaign. */
export function clientReport(campaign: Campaign, reported: Reported): ClientReport {
  const { state: stands, definition } = campaign;
  const wave = definition.waves[waveOf(reported)]?.name ?? '';
  if (reported.kind === 'waiting') {
    const { client, logonServer } = reported;
    const ended = stands.status === 'aborted' ? neverBegunIn(stands) : {};
    return { ...untouched, ...ended, client, wave, logonServer, held: heldBy(campaign, logonServer) };
  }
  const { client, attempt, logonServer, state, memory } = reported.upgrade;
  const settled = state.phase === 'settled' ? state : null;
  const placed = placementOf(reported.upgrade);
  return {
    client,
    wave,
    logonServer,
    attempt,
    state: state.phase,
    end: settled?.end ?? null,
    cause: settled === null ? null : causeInWords(settled.cause),
    reason: reasonOf(reported.upgrade),
    settledAt: settled === null ? null : isoOf(settled.at),
    blockers: 'blockers' in state ? state.blockers.map(describeBlocker) : [],
    evidence: memory.learned.lastLook?.evidence ?? null,
    relocation: memory.learned.relocation,
    servicePath: memory.learned.servicePath,
    willBlockAgain: memory.learned.willBlockAgain,
    deferrals: memory.history.deferrals,
    waitsFor: state.phase === 'deferred' ? state.class : null,
    since: timeOf(waitsSince(reported.upgrade)),
    next: timeOf(placed.kind === 'rest' ? placed.until : null),
    tries:
      state.phase === 'deferred' && hasBudget(state.class)
        ? (memory.history.deferrals[state.class] ?? 0)
        : null,
    held: settled === null ? heldBy(campaign, logonServer) : null,
    stillMarked: endedMarked(reported.upgrade),
    unmarked: unmarkedOf(memory.learned.unmark),
    ...healthOf(reported.upgrade),
  };
}

/** Of a client that was looked at again, also what was found. */
function reasonOf(upgrade: Upgrade): string | null {
  const { state } = upgrade;
  const again = lookedAgain(upgrade);
  if (!('because' in state)) return null;
  return again === null ? state.because : `${state.because}; ${again}`;
}

function healthOf(upgrade: Upgrade): Pick<ClientReport, 'health'> {
  const health = healthNow(upgrade);
  if (health === null) return {};
  const because = health.kind === 'healthy' ? null : health.because;
  return { health: { kind: health.kind, at: isoOf(health.at), because } };
}

/** `by anna since 2026-11-16T20:00:00Z: payroll`. */
function heldBy(campaign: Campaign, logonServer: string): string | null {
  const hold = holdOver(campaign, logonServer);
  return hold === null ? null : `by ${hold.by} since ${isoOf(hold.at)}: ${hold.because}`;
}

const timeOf = (at: number | null): string | null => (at === null ? null : isoOf(at));

const unmarkedOf = (found: Learned['unmark']): ClientReport['unmarked'] =>
  found === null ? null : { at: isoOf(found.at), done: found.isDone, because: found.because };

const untouched = {
  attempt: 1,
  state: 'waiting',
  end: null,
  cause: null,
  reason: null,
  settledAt: null,
  blockers: [],
  evidence: null,
  relocation: 'none',
  servicePath: null,
  willBlockAgain: false,
  deferrals: {},
  waitsFor: null,
  since: null,
  next: null,
  tries: null,
  stillMarked: false,
  unmarked: null,
} as const;

const neverBegunIn = ({ reachedEnd }: Running) => ({
  end: 'cancelled' as const,
  cause: reachedEnd === undefined ? 'campaign aborted' : endCause,
  reason:
    reachedEnd === undefined
      ? 'the campaign was aborted before anything started on it'
      : 'the end of the campaign came before anything started on it',
});
