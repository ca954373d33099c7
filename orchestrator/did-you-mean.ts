import { nearest } from '../shared/input/nearest.ts';
import { isoOf } from '../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../shared/store/store.ts';
import { nameOf } from '../shared/domain/campaign/machine.ts';
import type { CampaignArchive } from './archive/campaign-archive.ts';
import { nearestClient } from './fleet/nearest-client.ts';
import type { NamedKind } from './spelling.ts';

/** Words after a name that is not known: the nearest name that is; '' = none is near. */
export const didYouMean = (typed: string, known: readonly string[]): string => meaning(nearest(typed, known));

/**
 * The same for what people name on the command line and in paths. An archived campaign is no
 * misspelled name: the words lead to its report.
 */
export async function didYouMeanStored(
  {
    store,
    campaignArchive,
  }: { readonly store: OperatorStore; readonly campaignArchive?: CampaignArchive | undefined },
  { kind, name }: { readonly kind: NamedKind; readonly name: string },
): Promise<string> {
  switch (kind) {
    case 'client':
      return clientMeant(store, name);
    case 'campaign':
      return (await archivedMeant(campaignArchive, name)) ?? didYouMean(name, await store.campaignNames());
    case 'release':
      return didYouMean(
        name,
        (await store.releases()).map(({ release }) => release),
      );
    case 'survey':
      return didYouMean(
        name,
        (await store.surveys()).map(({ survey }) => survey.survey),
      );
  }
}

async function archivedMeant(archive: CampaignArchive | undefined, name: string): Promise<string | null> {
  const files = (await archive?.list()) ?? [];
  const found = files.find(({ head }) => nameOf(head.campaign.definition.campaign) === nameOf(name));
  if (found === undefined) return null;
  const { campaign, at } = found.head;
  return `: it was archived at ${isoOf(at)}. Its report: servpack campaign report ${campaign.definition.campaign}`;
}

async function clientMeant(store: OperatorStore, name: string): Promise<string> {
  const [former] = await store.formerNames(name);
  if (former !== undefined) return ` (${former} was removed from it: servpack audit show ${former})`;
  return meaning(await nearestClient(store, name));
}

const meaning = (near: string | null): string => (near === null ? '' : ` (did you mean ${near}?)`);
