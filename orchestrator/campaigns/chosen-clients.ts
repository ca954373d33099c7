import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import { isInRetrySelection, type RetrySelection } from '../domain/retry-selection.ts';
import { type ClientFilter, reportIfAsked } from './client-filter.ts';

/**
 * The clients of a campaign that a person means: by a word, by name, or all that a filter lets
 * through.
 */
export type ChosenClients =
  | { readonly which: RetrySelection }
  | { readonly clients: readonly string[] }
  | { readonly filter: ClientFilter };

/** The filter of the choice; the others have none. */
export const filterOf = (chosen: ChosenClients): ClientFilter => ('filter' in chosen ? chosen.filter : {});

/** Is this upgrade one of them? */
export function isChosen(
  chosen: ChosenClients,
  campaign: Campaign,
  stored: StoredUpgrade,
  now: number,
): boolean {
  if ('clients' in chosen) return true;
  if ('which' in chosen) return isInRetrySelection(chosen.which, stored.upgrade);
  return reportIfAsked(campaign, chosen.filter, { kind: 'admitted', stored }, now) !== null;
}

/** The upgrades among which they are: those of the named clients, else all of the campaign. */
export async function* upgradesAmong(
  store: OperatorStore,
  campaign: string,
  chosen: ChosenClients,
): AsyncGenerator<StoredUpgrade> {
  if (!('clients' in chosen)) return yield* store.upgrades(campaign);
  for (const client of new Set(chosen.clients)) {
    const stored = await store.readUpgrade({ campaign, client });
    if (stored !== null) yield stored;
  }
}
