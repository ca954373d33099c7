import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { newlyOpen } from './domain/upgrade/open-hook.ts';
import type { Upgrade } from './domain/upgrade/state.ts';
import type { ClientHookStore } from './store/client-hook-store.ts';

interface AskContext {
  readonly store: Pick<ClientHookStore, 'askHooks'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Asks for the hook of a client that a committed change has opened: the orchestrator that leads
 * runs the hook. A question that is lost is found again by the client's record.
 */
export async function askForHook(
  { store, clock, log }: AskContext,
  campaign: string,
  before: Upgrade,
  after: Upgrade,
): Promise<void> {
  if (newlyOpen(before, after) === null) return;
  await store
    .askHooks(campaign, [{ client: after.client, at: clock.now() }])
    .catch((error: unknown) => log.warn({ error }, 'could not ask for a hook; the leader finds it'));
}
