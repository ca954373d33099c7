import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { type AtRest, changeIdle } from './commit-idle.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

/**
 * `settled`, or `finishing` what is open on it first; `told` its driver; `unchanged`, because it has settled or somebody asked
 * before; `again`: it has changed in this very moment, read it again.
 */
export type EndedClient = 'settled' | 'finishing' | 'told' | 'unchanged' | 'again';

/** Ends a client's part as soon as nothing is open on it, by the person who says so. Rejects when the campaign's release or product is not there. */
export async function endClient(
  context: OrchestratorContext,
  stored: AtRest & Partial<Pick<StoredUpgrade, 'index' | 'inbox'>>,
  who: string,
  ending: Ending,
): Promise<EndedClient> {
  if (stored.upgrade.state.phase === 'settled' || stored.upgrade.memory.request !== null) return 'unchanged';
  if (stored.index === 'driven') return tell(context, stored, ending);
  // Windows do not matter here: nothing is begun.
  const rules = { ...(await context.rulebook.of(stored.key.campaign)).rules, zone: 'UTC' };
  const decision = decide(rules, stored.upgrade, { type: 'EndRequested', ending }, context.clock.now());
  if (decision.kind === 'ignored') return 'unchanged';
  const { upgrade, because } = decision;
  const outcome = await changeIdle(context, stored, { upgrade, because, who });
  if (outcome.kind === 'driven') return tell(context, stored, ending);
  if (outcome.kind !== 'committed') return 'again';
  return upgrade.state.phase === 'settled' ? 'settled' : 'finishing';
}

/** Its driver consumes the order at its next commit. Told once: the inbox of a long command would fill up with it. */
async function tell(
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
  return 'told';
}
