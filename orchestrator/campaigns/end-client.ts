import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { type IdleUpgrade, changeIdle } from './commit-idle.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import type { RulesVersion } from '../../shared/rulebook.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

/**
 * How a client's part was ended. `finishing`: what is open on the client is finished first.
 * `delivered`: its driver has the order in its inbox. `unchanged`: the upgrade has settled, or a
 * person asked before. `again`: the record changed in this moment; read it again.
 */
export type EndedClient = 'settled' | 'finishing' | 'delivered' | 'unchanged' | 'again';

/**
 * Ends a client's part as soon as nothing is open on the client.
 * @param who the person, as the audit names them
 * @param version of the campaign's rules, where the caller has read it; null = the present one
 * @throws when the campaign's release or product cannot be read
 */
export async function endClient(
  context: OrchestratorContext,
  stored: IdleUpgrade & Partial<Pick<StoredUpgrade, 'index' | 'inbox'>>,
  who: string,
  ending: Ending,
  version: RulesVersion | null = null,
): Promise<EndedClient> {
  if (stored.upgrade.state.phase === 'settled' || stored.upgrade.memory.request !== null) return 'unchanged';
  if (stored.index === 'driven') return deliverOrder(context, stored, ending);
  // The time zone does not matter: nothing is begun.
  const rules = { ...(await context.rulebook.of(stored.key.campaign, version)).rules, zone: 'UTC' };
  const decision = decide(rules, stored.upgrade, { type: 'EndRequested', ending }, context.clock.now());
  if (decision.kind === 'ignored') return 'unchanged';
  const { upgrade, because } = decision;
  const outcome = await changeIdle(context, stored, { upgrade, because, who });
  if (outcome.kind === 'driven') return deliverOrder(context, stored, ending);
  if (outcome.kind !== 'committed') return 'again';
  return upgrade.state.phase === 'settled' ? 'settled' : 'finishing';
}

/**
 * Puts the order into the inbox; the driver decides on it at its next commit. It is delivered once:
 * else it would fill the inbox while a command takes long.
 */
async function deliverOrder(
  context: OrchestratorContext,
  { key, inbox = [] }: Pick<StoredUpgrade, 'key'> & Partial<Pick<StoredUpgrade, 'inbox'>>,
  ending: Ending,
): Promise<EndedClient> {
  if (inbox.some(({ type }) => type === 'EndRequested')) return 'unchanged';
  const { store, clock } = context;
  const delivered = await store.deliver(
    key.client,
    { type: 'EndRequested', ending },
    clock.now(),
    key.campaign,
  );
  if (delivered.kind === 'ignored') return 'again';
  await dispatchJobs(context, delivered.next === null ? [] : [delivered.next]);
  return 'delivered';
}
