import { readStatus } from '../campaigns/report.ts';
import type { LeaderContext } from '../context.ts';
import { changedConditions, type Condition, type Found } from '../domain/conditions.ts';
import { counted } from '../domain/counted.ts';
import type { NoticeState } from '../domain/gather-notices.ts';
import { alarmOf, type Happening } from '../domain/happening.ts';
import type { NoticeKind } from '../domain/notice-kinds.ts';
import { type BlockerCourses, followBlockers } from '../domain/rising-blockers.ts';
import { fits } from '../forecast/keep.ts';
import type { News } from '../rounds/news.ts';
import type { CampaignStatus } from '../views/status.ts';
import { type CopyStatus, whyNotStaged } from '../../shared/domain/campaign/copies.ts';
import { rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

/** What lasts and has no audit entry of its own: the leader looks after it. */
export interface Conditions {
  /** What has begun or ended since the look before. Most looks ask Redis nothing. */
  look(context: LeaderContext, state: NoticeState, news: News): Promise<readonly Happening[]>;
  /** Forgets everything: another process leads. */
  rest(): void;
}

export interface ConditionTiming {
  /** Real time between two looks that read something. */
  readonly everyMs: number;
  /** Real time for which a process or the audit must be missing: a restart is no alarm. */
  readonly persistsMs: number;
  /** Policy time in which something must have happened, while clients wait. */
  readonly stillMs: number;
}

const usualTiming: ConditionTiming = { everyMs: 15_000, persistsMs: 60_000, stillMs: 30 * 60_000 };

/** @param kinds what any destination wants to hear of: nothing else is read */
export function openConditions(
  kinds: Pick<ReadonlySet<NoticeKind>, 'has'>,
  timing: ConditionTiming = usualTiming,
): Conditions {
  let lookedAt = -Infinity;
  /** By campaign: policy time of its newest change. */
  const changedAt = new Map<string, number>();
  /** Real time since when something is so. */
  const since = new Map<string, number>();
  /** Copies that were whole. */
  const whole = new Set<string>();
  /** By campaign. */
  let blockers = new Map<string, BlockerCourses>();

  /** An alarm that is open needs not last again: another process may have seen it begin. */
  const persists = (name: string, isSo: boolean, { alarms }: NoticeState): boolean => {
    if (!isSo) since.delete(name);
    else if (!since.has(name)) since.set(name, performance.now());
    if (!isSo || alarms[name] !== undefined) return isSo;
    return performance.now() >= (since.get(name) ?? Infinity) + timing.persistsMs;
  };

  const workers = async (
    { processes }: LeaderContext,
    running: readonly CampaignRecord[],
    state: NoticeState,
    { unknown }: Open,
  ): Promise<readonly Condition[]> => {
    if (processes === undefined) unknown.add(alarmOf.workers);
    const missing = running.length === 0 ? [] : ((await processes?.missing()) ?? []);
    const isMissing = missing.some(({ process }) => process === 'worker');
    const says = `nothing is done on any client; ${counted(running.length, 'campaign')} ${running.length === 1 ? 'runs' : 'run'}`;
    return persists(alarmOf.workers, isMissing, state)
      ? [{ alarm: alarmOf.workers, kind: 'workers.none', says }]
      : [];
  };

  const audit = (
    { auditTrouble }: LeaderContext,
    state: NoticeState,
    { unknown }: Open,
  ): readonly Condition[] => {
    const trouble = auditTrouble?.();
    if (trouble === undefined) unknown.add(alarmOf.audit);
    return persists(alarmOf.audit, typeof trouble === 'string', state)
      ? [{ alarm: alarmOf.audit, kind: 'audit.stalled', says: trouble ?? '' }]
      : [];
  };

  const failing = async ({ store }: LeaderContext, state: NoticeState): Promise<readonly Condition[]> => {
    const failures = await store.roundFailures();
    const alarms = new Set(failures.map(({ campaign, round }) => alarmOf.failing(campaign, round)));
    for (const name of since.keys()) if (name.startsWith('failing|') && !alarms.has(name)) since.delete(name);
    return failures.flatMap(({ campaign, round, because }) => {
      const alarm = alarmOf.failing(campaign, round);
      const says = `${round}: ${because}`;
      return persists(alarm, true, state) ? [{ alarm, kind: 'leader.failing' as const, campaign, says }] : [];
    });
  };

  const copies = async (
    { store, clock }: LeaderContext,
    releases: ReadonlySet<string>,
    { alarms }: NoticeState,
    { because }: Open,
  ): Promise<readonly Condition[]> => {
    const found: Condition[] = [];
    for (const name of releases) {
      const release = await store.readRelease(name);
      if (release?.copies === undefined) continue;
      for (const copy of await store.readCopies(name)) {
        const alarm = alarmOf.copy(name, copy.logonServer);
        if (copy.state === 'verified') {
          whole.add(alarm);
          because.set(alarm, 'its copies are whole again');
        } else if (
          alarms[alarm] !== undefined ||
          isBroken(copy, whole.has(alarm), clock.now(), timing.stillMs)
        )
          found.push({ alarm, kind: 'copy.broken', about: name, says: whyNotStaged(copy.logonServer, copy) });
      }
    }
    return found;
  };

  const still = async (
    context: LeaderContext,
    running: readonly CampaignRecord[],
    { alarms }: NoticeState,
    { because, unknown }: Open,
  ): Promise<readonly Condition[]> => {
    const now = context.clock.now();
    const found: Condition[] = [];
    for (const { campaign } of running) {
      const { campaign: name } = campaign.definition;
      const open = alarms[alarmOf.still(name)];
      // With an open alarm nothing has happened for that long when it began.
      const changed = changedAt.get(name) ?? (open === undefined ? now : open.since - timing.stillMs);
      changedAt.set(name, changed);
      if (now < changed + timing.stillMs) continue;
      const status = await readStatus(context, name);
      const waiting = status.ok ? waitingIn(status.value) : 0;
      // Without a worker nothing can happen: an open alarm ends when something does.
      const isUnknown = !status.ok || (status.value.missing ?? []).length > 0;
      const says = `nothing has happened for ${Math.round(timing.stillMs / 60_000)} min although ${counted(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'} and may begin`;
      if (waiting > 0)
        found.push({ alarm: alarmOf.still(name), kind: 'campaign.still', campaign: name, says });
      else if (isUnknown && open !== undefined) unknown.add(alarmOf.still(name));
      else {
        if (status.ok)
          because.set(
            alarmOf.still(name),
            status.value.window === undefined
              ? 'no client waits that may begin'
              : 'no maintenance window is open',
          );
        // The status is read again after a sixth of the time.
        changedAt.set(name, now - (timing.stillMs / 6) * 5);
      }
    }
    return found;
  };

  const slipped = async (
    { store }: LeaderContext,
    running: readonly CampaignRecord[],
    { unknown }: Open,
  ): Promise<readonly Condition[]> => {
    const due = running.filter(({ campaign }) => campaign.definition.policy.end !== undefined);
    if (due.length === 0 || !kinds.has('forecast.slipped')) return [];
    const kept = new Map((await store.forecasts()).map((each) => [each.campaign, each.kept]));
    return due.flatMap(({ campaign }) => {
      const { campaign: name, policy } = campaign.definition;
      const of = kept.get(name);
      const p90 = of !== undefined && fits(of, campaign) ? (of.newest?.end?.p90 ?? null) : null;
      if (p90 === null) unknown.add(alarmOf.forecast(name));
      if (p90 === null || policy.end === undefined || p90 <= policy.end.at) return [];
      const says = `nine of ten simulations end by ${isoOf(p90)}, after the end of the campaign at ${isoOf(policy.end.at)}`;
      return [{ alarm: alarmOf.forecast(name), kind: 'forecast.slipped' as const, campaign: name, says }];
    });
  };

  const rising = async (
    { store, clock }: LeaderContext,
    running: readonly CampaignRecord[],
    { alarms }: NoticeState,
  ): Promise<readonly Condition[]> => {
    if (!kinds.has('blocker.rising')) return [];
    const before = blockers;
    blockers = new Map();
    const found: Condition[] = [];
    for (const { campaign } of running) {
      const { campaign: name } = campaign.definition;
      const ranked = rankBlockers(await store.counters(name));
      const hasAlarm = (blocker: string): boolean => alarms[alarmOf.rising(name, blocker)] !== undefined;
      const followed = followBlockers(before.get(name) ?? null, ranked, hasAlarm, clock.now());
      blockers.set(name, followed.courses);
      for (const { blocker, says } of followed.rising)
        found.push({ alarm: alarmOf.rising(name, blocker), kind: 'blocker.rising', campaign: name, says });
    }
    return found;
  };

  const asking = async (
    { store }: LeaderContext,
    running: readonly CampaignRecord[],
  ): Promise<readonly Condition[]> => {
    const found: Condition[] = [];
    for (const { campaign } of running) {
      const { campaign: name, approvals = [] } = campaign.definition;
      if (!approvals.some((rule) => 'each' in rule)) continue;
      const clients = (await store.counters(name))['deferred|approval'] ?? 0;
      const says = `${counted(clients, 'client')} ${clients === 1 ? 'waits' : 'wait'} for an approval`;
      if (clients > 0)
        found.push({
          alarm: alarmOf.approval(name, 'clients'),
          kind: 'approval.requested',
          campaign: name,
          says,
        });
    }
    return found;
  };

  const failures = async (
    { store, clock }: LeaderContext,
    running: readonly CampaignRecord[],
    { failures: notified = {} }: NoticeState,
  ): Promise<readonly Happening[]> => {
    if (!kinds.has('clients.failed')) return [];
    const found: Happening[] = [];
    for (const { campaign } of running) {
      const { campaign: name } = campaign.definition;
      const inAll = failuresIn(await store.counters(name));
      const clients = inAll - (notified[name] ?? 0);
      const says = `${counted(clients, 'more client')} failed or ${clients === 1 ? 'needs' : 'need'} attention, ${inAll} in all`;
      if (clients > 0)
        found.push({ kind: 'clients.failed', campaign: name, at: clock.now(), who: null, says, clients });
    }
    return found;
  };

  return {
    look: async (context, state, news) => {
      const now = context.clock.now();
      for (const name of [...news.campaigns, ...news.clients]) changedAt.set(name, now);
      if (performance.now() < lookedAt + timing.everyMs) return [];
      lookedAt = performance.now();
      const running = await context.store.campaigns(['running']);
      const isHalted = running.length > 0 && (await context.store.readHalt()).halt !== null;
      const releases = new Set(running.map(({ campaign }) => campaign.definition.release));
      const open: Open = { unknown: new Set(), because: new Map() };
      if (isHalted)
        for (const name of names(running)) open.because.set(alarmOf.still(name), 'everything is halted');
      const isSo = [
        ...(await workers(context, running, state, open)),
        ...audit(context, state, open),
        ...(await failing(context, state)),
        ...(await copies(context, releases, state, open)),
        ...(isHalted ? [] : await still(context, running, state, open)),
        ...(await slipped(context, running, open)),
        ...(await rising(context, running, state)),
        ...(await asking(context, running)),
      ];
      const found: Found = { isSo, ...open, running: new Set(names(running)), releases };
      return [...changedConditions(state, found, now), ...(await failures(context, running, state))];
    },
    rest: () => {
      lookedAt = -Infinity;
      changedAt.clear();
      since.clear();
      whole.clear();
      blockers = new Map();
    },
  };
}

/** What a look adds to while it goes through what lasts: see `Found`. */
interface Open {
  readonly unknown: Set<string>;
  readonly because: Map<string, string>;
}

const names = (records: readonly CampaignRecord[]): readonly string[] =>
  records.map(({ campaign }) => campaign.definition.campaign);

/** A copy that is on its way is not broken, unless it was whole before or takes too long. */
const isBroken = ({ state, since }: CopyStatus, wasWhole: boolean, now: number, longMs: number): boolean =>
  state === 'unreadable' || (state === 'incomplete' && (wasWhole || now >= since + longMs));

/** Clients that could be admitted now, as far as windows and gates are concerned. */
function waitingIn({ waves, window, missing, notStaged }: CampaignStatus): number {
  if (window !== undefined || (missing ?? []).length > 0) return 0;
  const waiting = waves.reduce((sum, { isOpen, states }) => sum + (isOpen ? states.waiting : 0), 0);
  return Math.max(0, waiting - notStaged.reduce((sum, each) => sum + each.waiting, 0));
}

const failuresIn = (counters: Readonly<Record<string, number>>): number =>
  Object.entries(counters).reduce((sum, [name, count]) => {
    const [kind, , , bucket] = name.split('|');
    return kind === 'state' && (bucket === 'failed' || bucket === 'needsAttention') ? sum + count : sum;
  }, 0);
