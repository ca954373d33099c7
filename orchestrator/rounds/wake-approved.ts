import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { wakeAnswered } from '../campaigns/approvals.ts';
import type { LeaderContext } from '../context.ts';
import { requestsOf } from '../domain/approval-requests.ts';

/** Real time until the next walk, which finds a client that asked while its step was answered. */
const againMs = 5_000;

/**
 * Wakes clients that wait for a step which is answered for the whole campaign: those of an answer
 * that came by expiry, those of an orchestrator that died after the answer, and those that asked in
 * the moment of the answer.
 */
export function wakeApproved(): (context: LeaderContext, campaign: Campaign) => Promise<void> {
  const nextAt = new Map<string, number>();
  return async (context, campaign) => {
    const { campaign: name } = campaign.definition;
    const answered = requestsOf(campaign).flatMap(({ subject, answer }) =>
      'remediation' in subject && answer !== undefined ? [subject.remediation] : [],
    );
    if (answered.length === 0) return void nextAt.delete(name);
    if (performance.now() < (nextAt.get(name) ?? 0)) return;
    nextAt.set(name, performance.now() + againMs);
    const counters = await context.store.counters(name);
    if (answered.some((step) => (counters[`asks|${step}`] ?? 0) > 0)) await wakeAnswered(context, campaign);
  };
}
