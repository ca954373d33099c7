import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { approvalAnswered } from '../../shared/domain/upgrade/approval.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { changeIdle } from './commit-idle.ts';

/** What the client asks a person; null = nothing. */
export const askOf = ({ memory }: StoredUpgrade['upgrade']) => memory.history.approvals?.ask ?? null;

/**
 * Wakes the clients that wait for a step that was answered for the whole campaign. Safe to repeat:
 * a client that a worker looks at is found by the next walk, if it still waits then.
 * @returns how many were woken
 */
export async function wakeAnswered(context: OrchestratorContext, campaign: Campaign): Promise<number> {
  let woken = 0;
  for await (const stored of context.store.upgrades(campaign.definition.campaign)) {
    const { upgrade, index } = stored;
    const ask = askOf(upgrade);
    if (ask === null || !ask.isForAll || index === 'driven') continue;
    const request = requestsOf(campaign).findLast(
      ({ subject }) => 'remediation' in subject && subject.remediation === ask.step,
    );
    if (request?.answer === undefined) continue;
    const decision = approvalAnswered(upgrade, { ...request.answer, forAll: ask.step });
    if (decision.kind === 'ignored') continue;
    const because = `${ask.step} ${decision.because}`;
    const outcome = await changeIdle(context, stored, {
      upgrade: decision.upgrade,
      because,
      who: request.answer.by ?? 'orchestrator',
    });
    if (outcome.kind === 'committed') woken += 1;
  }
  return woken;
}
