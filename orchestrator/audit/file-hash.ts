import { fileHashAt } from '../../shared/domain/campaign/edition.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { OperatorStore } from '../../shared/store/store.ts';

type CampaignStep = Pick<KeptEntry, 'campaign' | 'at'>;

/** Finds SHA-256 of the file that a campaign had when an entry was made; null = nobody knows. */
export type FileHashes = (entry: CampaignStep) => Promise<string | null>;

/**
 * Reads each campaign once.
 * @param isGone whether the entries of this name are those of a campaign that was removed, also if
 *   another one has the name by now
 */
export function fileHashes(store: OperatorStore, isGone: (campaign: string) => boolean): FileHashes {
  const known = new Map<string, Promise<(at: number) => string | null>>();
  return async ({ campaign, at }) => {
    if (campaign === '') return null;
    const found = known.get(campaign) ?? read(store, campaign, isGone(campaign));
    known.set(campaign, found);
    return (await found)(at);
  };
}

async function read(
  store: OperatorStore,
  name: string,
  isGone: boolean,
): Promise<(at: number) => string | null> {
  const campaign = isGone ? undefined : (await store.readCampaign(name))?.campaign;
  if (campaign === undefined) {
    const former = await store.formerLife(name);
    return () => former?.hash ?? null;
  }
  const { hash } = campaign.definition;
  const editions = campaign.edition === undefined ? [] : await store.editionHeads(name);
  return (at) => fileHashAt(editions, hash, at);
}
