import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { wakeAnswered } from '../campaigns/wake-answered.ts';
import type { LeaderContext } from '../context.ts';
import type { NextLook } from './agenda.ts';
import { requestsOf } from '../domain/approval-requests.ts';

/** Real time until the next walk, which finds a client that asked while its step was answered. */
const againMs = 5_000;

/**
 * Wakes clients that wait for a step which is answered for the whole campaign: those of an answer
 * that came by expiry, those of an orchestrator that died after the answer, and those that asked in
 * the moment of the answer.
 */
export function wakeApproved(): (
  context: LeaderContext,
  campaign: Campaign,
) => Promise<Pick<NextLook, 'inMs'>> {
  const nextAt = new Map<string, number>();
  return async (context, campaign) => {
    const { campaign: name } = campaign.definition;
    const answered = requestsOf(campaign).flatMap(({ subject, answer }) =>
      'remediation' in subject && answer !== undefined ? [subject.remediation] : [],
    );
    if (answered.length === 0) {
      nextAt.delete(name);
      return {};
    }
    const left = (nextAt.get(name) ?? 0) - performance.now();
    if (left > 0) return { inMs: left };
    nextAt.set(name, performance.now() + againMs);
    const counters = await context.store.counters(name);
    if (answered.every((step) => (counters[`asks|${step}`] ?? 0) === 0)) return {};
    await wakeAnswered(context, campaign);
    return { inMs: againMs };
  };
}
