import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { RemediationLimits } from '../../shared/domain/rules/remediation-limits.ts';
import { restartTerms } from '../../shared/domain/rules/restart-limits.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { changeIdle } from '../campaigns/commit-idle.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import type { NextLook } from './agenda.ts';

/** Real time between two services of a line of which nothing is known to have changed. */
const serveAgainMs = 5_000;
/** Real time until the second walk, which finds clients that began to wait during the edit. */
const walkAgainMs = 5_000;

interface Known {
  /** Version of the campaign at the last service of the line of restarts, and when that was. */
  readonly served: { readonly version: number; readonly at: number } | null;
  readonly remediations: RemediationLimits;
  /** When clients that wait for the limit of remediations are walked through again. */
  readonly walkAt: number | null;
}

/**
 * Wakes clients that wait for a limit of their campaign, when the limit may have got room without
 * a client that gave some back: after an edit, a resume or the end of a hold, and after the loss of
 * the worker that should have woken them. A campaign in which no client waits costs no read.
 */
export function wakeLimited(): (
  context: LeaderContext,
  record: CampaignRecord,
  counters: Counters,
) => Promise<Pick<NextLook, 'inMs'>> {
  const known = new Map<string, Known>();
  return async (context, record, counters) => {
    const { campaign: name, budgets } = record.campaign.definition;
    const remediations = budgets.remediations ?? {};
    const before = known.get(name);
    const served = await serve(context, record, counters, before?.served ?? null);
    const walkAt = (counters['deferred|remediation'] ?? 0) === 0 ? null : walkTime(record, before);
    if (walkAt !== null && walkAt <= performance.now()) await wakeRemediations(context, record.campaign);
    const isFirst = walkAt === 0;
    const again = isFirst ? performance.now() + walkAgainMs : null;
    const next = walkAt !== null && walkAt > performance.now() ? walkAt : again;
    known.set(name, { served: served.at, remediations, walkAt: next });
    const waits = [served.inMs, next === null ? undefined : next - performance.now()];
    const soonest = waits.filter((each) => each !== undefined);
    return soonest.length === 0 ? {} : { inMs: Math.max(0, Math.min(...soonest)) };
  };
}

/** When to walk through the clients that wait for a remediation: 0 = now, because of an edit. */
function walkTime({ campaign }: CampaignRecord, before: Known | undefined): number | null {
  const { edition = 0, definition } = campaign;
  const isRaised =
    before === undefined ? edition > 0 : raised(before.remediations, definition.budgets.remediations);
  return isRaised ? 0 : (before?.walkAt ?? null);
}

/** A limit that is left out is any number. */
const raised = (before: RemediationLimits, after: RemediationLimits = {}): boolean =>
  (['perHour', 'perWave'] as const).some((key) => (after[key] ?? Infinity) > (before[key] ?? Infinity));

async function serve(
  context: LeaderContext,
  { campaign, version }: CampaignRecord,
  counters: Counters,
  last: Known['served'],
): Promise<{ readonly at: Known['served']; readonly inMs?: number }> {
  if ((counters['deferred|restarts'] ?? 0) === 0) return { at: null };
  const { store, clock } = context;
  const { definition, edition = 0 } = campaign;
  const left = last?.version === version ? last.at + serveAgainMs - performance.now() : 0;
  if (left > 0) return { at: last, inMs: left };
  const terms = restartTerms(edition, definition.budgets.restarts);
  await dispatchJobs(context, await store.serveRestarts(definition.campaign, terms, clock.now()));
  return { at: { version, at: performance.now() } };
}

/** Safe to repeat: a client that a worker looks at finds the new limit by itself. */
async function wakeRemediations(context: LeaderContext, { definition }: Campaign): Promise<void> {
  for await (const stored of context.store.upgrades(definition.campaign)) {
    const { upgrade, index } = stored;
    const waits = upgrade.state.phase === 'deferred' && upgrade.state.class === 'remediation';
    if (!waits || index !== 'due') continue;
    await changeIdle(context, stored, {
      upgrade: { ...upgrade, state: { phase: 'looking' } },
      because: 'the limit of remediations of its campaign was raised',
      who: 'orchestrator',
    });
  }
}
