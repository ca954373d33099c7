import { nearest } from '../shared/input/nearest.ts';
import type { OperatorStore } from '../shared/store/store.ts';
import { nearestClient } from './fleet/nearest-client.ts';
import type { NamedKind } from './spelling.ts';

/** Words after a name that is not known: the nearest name that is; '' = none is near. */
export const didYouMean = (typed: string, known: readonly string[]): string => meaning(nearest(typed, known));

/** The same for what people name on the command line and in paths. */
export async function didYouMeanStored(
  store: OperatorStore,
  { kind, name }: { readonly kind: NamedKind; readonly name: string },
): Promise<string> {
  switch (kind) {
    case 'client':
      return clientMeant(store, name);
    case 'campaign':
      return didYouMean(name, await store.campaignNames());
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

async function clientMeant(store: OperatorStore, name: string): Promise<string> {
  const [former] = await store.formerNames(name);
  if (former !== undefined) return ` (${former} was removed from it: servpack audit show ${former})`;
  return meaning(await nearestClient(store, name));
}

const meaning = (near: string | null): string => (near === null ? '' : ` (did you mean ${near}?)`);
