import type { WaitingClient } from '../../../shared/store/types.ts';
import { requestKey } from '../../../shared/domain/campaign/command-request.ts';
import { fitSteps } from '../../../shared/domain/rules/fit.ts';
import type { Store } from '../../../shared/store/store.ts';
import { rebuilder } from '../../../shared/domain/campaign/campaign.ts';
import { type RebuiltHook, rebuiltHooks } from '../../domain/rebuilt-hooks.ts';
import { hookAudit } from '../../hooks/hook-audit.ts';
import { requestAudit } from '../../requests/commit-request.ts';
import { limitAudit } from '../../fleet/server-limits.ts';
import { scheduleAudit } from '../../schedules/commit.ts';
import { rebuiltSchedule } from '../../schedules/rebuilt-schedule.ts';
import { hooksIn, remediationsIn } from './campaign-control.ts';
import type { Snapshot } from './snapshot.ts';
import type { Counts } from './counts.ts';

/** Schedules come back paused: what they have begun after the end of the audit is not known. */
export async function putBackSchedules(
  store: Store,
  { control, campaigns }: Snapshot,
  now: number,
): Promise<void> {
  for (const [name, before] of control.schedules) {
    const begun = before.open === undefined ? undefined : campaigns.get(before.open.campaign);
    const { schedule, because } = rebuiltSchedule(before, begun?.campaign ?? null, now);
    const audit = scheduleAudit(name, [before, schedule], { who: rebuilder, because, at: now });
    if (!(await store.commitSchedule(name, schedule, 0, audit)))
      throw new Error(`another process has written schedule ${name}`);
  }
}

/**
 * What waits for a second person waits again, as long as it would have. What was approved and not
 * done the leader carries out. The next request has a higher number than each of the audit.
 */
export async function putBackRequests(
  store: Store,
  { control: { requests, requestNumber } }: Snapshot,
  now: number,
): Promise<void> {
  if (requestNumber > 0) await store.takeRequestNumber(requestNumber - 1);
  for (const request of requests) {
    const audit = requestAudit(request, request, { at: now, who: rebuilder, because: 'put back' });
    if (!(await store.commitRequest(requestKey(request), request, 0, audit)))
      throw new Error(`another process has written request ${requestKey(request)}`);
  }
}

/** Each limit is still that of the person who set it. */
export async function putBackLimits(
  store: Store,
  { control: { limits } }: Snapshot,
  now: number,
): Promise<void> {
  for (const [version, { logonServer, active, because }] of limits.entries()) {
    const entry = { at: now, who: rebuilder, because: `${because}: put back` };
    const audit = limitAudit(logonServer, [null, active], entry);
    if (!(await store.commitServerLimits({ version, limits: limits.slice(0, version + 1) }, audit)))
      throw new Error('another process has written limits of logon servers');
  }
}

/** The hooks of every campaign, as `rebuiltHooks` says. */
export async function putBackHooks(
  store: Store,
  snapshot: Snapshot,
  counts: ReadonlyMap<string, Counts>,
  now: number,
): Promise<void> {
  for (const [campaign, hooks] of hooksOf(snapshot, counts, now))
    for (const { before, run } of hooks) {
      const named = { ...run, because: `${run.because}: put back` };
      const audit = hookAudit(campaign, [before, named], { at: now, who: rebuilder, evidence: null });
      if (!(await store.commitHookRun(campaign, run, 0, audit, [])))
        throw new Error(`another process has written hook ${run.hook} of campaign ${campaign}`);
    }
}

/** By campaign: its hooks as they are put back. */
export const hooksOf = (
  { campaigns, control }: Snapshot,
  counts: ReadonlyMap<string, Counts>,
  now: number,
): ReadonlyMap<string, readonly RebuiltHook[]> =>
  new Map(
    [...campaigns].map(([name, { campaign }]) => {
      const { lookedAt = 0, waiting = 0 } = counts.get(name) ?? {};
      return [name, rebuiltHooks(campaign, hooksIn(control, campaign), lookedAt + waiting === 0, now)];
    }),
  );

/** What has begun counts against the limits of remediations, as before. */
export async function putBackRemediations(
  store: Store,
  { campaigns, control, picks }: Snapshot,
): Promise<void> {
  for (const [name, { campaign }] of campaigns) {
    const begun = remediationsIn(control, campaign, picks.get(name) ?? new Map<string, WaitingClient>());
    if (begun.length > 0) await store.putBackRemediations(name, begun);
  }
}

/** How long steps took so far: campaigns ask whether the next ones fit. */
export async function putBackStepTimes(store: Store, { control: { stepTimes } }: Snapshot): Promise<void> {
  for (const [product, took] of stepTimes)
    for (const step of fitSteps)
      for (const ms of took[step]?.toReversed() ?? []) await store.noteStepTime(product, step, ms);
}
