import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { type ClientHookCounts, clientHookCounts } from './hooks-of-clients.ts';
import { type HookView, hookViews } from './hooks.ts';

/** How the hooks of a campaign stand. Both are left out where it has none. */
export interface HooksNow {
  /** Those of the campaign and its waves, in their order. */
  readonly hooks?: readonly HookView[] | undefined;
  /** Those that run for each client; left out = it has none. */
  readonly clientHooks?: readonly ClientHookCounts[] | undefined;
}

export function hooksNow(
  definition: CampaignDefinition,
  counters: Counters,
  runs: readonly HookRun[],
): HooksNow {
  if (definition.hooks === undefined) return {};
  const ofClients = clientHookCounts(definition, counters);
  const clientHooks = ofClients.length === 0 ? {} : { clientHooks: ofClients };
  return { hooks: hookViews(definition, runs), ...clientHooks };
}
