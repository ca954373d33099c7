import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { ClientHookEvent } from '../../shared/domain/rules/client-hooks.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { rulesVersionOf } from '../../shared/rulebook.ts';
import type { Evidence, StoredUpgrade } from '../../shared/store/types.ts';
import type { CommitIdleOutcome } from '../../shared/store/upgrade-store.ts';
import { changeIdle } from '../campaigns/commit-idle.ts';
import type { OrchestratorContext } from '../context.ts';

/** What became of an event of a client's hook. */
export type HookChange =
  | { readonly kind: 'committed'; readonly upgrade: Upgrade }
  | { readonly kind: 'ignored'; readonly because: string }
  | Exclude<CommitIdleOutcome, { kind: 'committed' }>;

/**
 * Decides on an event of a client's hook, and writes what follows into the record and the audit by
 * compare-and-set. A client that a worker drives is not changed: `driven`.
 */
export async function changeByHook(
  context: OrchestratorContext,
  campaign: Campaign,
  stored: StoredUpgrade,
  event: ClientHookEvent,
  evidence?: Evidence,
): Promise<HookChange> {
  const { rules } = await context.rulebook.of(campaign.definition.campaign, rulesVersionOf(campaign));
  // The time zone does not matter: nothing is begun on the client.
  const decision = decide({ ...rules, zone: 'UTC' }, stored.upgrade, event, context.clock.now());
  if (decision.kind === 'ignored') return decision;
  const { upgrade, because } = decision;
  const outcome = await changeIdle(context, stored, {
    upgrade,
    because,
    who: 'orchestrator',
    ...(event.type === 'HookBegun' ? { step: 'start' } : {}),
    ...(evidence === undefined ? {} : { evidence }),
    ...(rules.countsFacts === true ? { facts: factsOf(stored.upgrade, upgrade) } : {}),
  });
  return outcome.kind === 'committed' ? { kind: 'committed', upgrade } : outcome;
}
