import { spelledAs } from '../shared/input/nearest.ts';
import type { OperatorStore } from '../shared/store/store.ts';
import { auditSpelling } from './fleet/spelling.ts';

/** What people name on the command line and in paths. */
export type NamedKind = 'client' | 'campaign' | 'release' | 'survey';

/**
 * A name as it is stored: a person may type it in any case. The typed spelling stays where nothing
 * has the name, and where two that differ by case only have it.
 */
export async function storedSpelling(store: OperatorStore, kind: NamedKind, typed: string): Promise<string> {
  switch (kind) {
    case 'client':
      return auditSpelling(store, typed);
    case 'campaign':
      if (await store.hasCampaign(typed)) return typed;
      return spelledAs(typed, await store.campaignNames());
    case 'release': {
      if ((await store.readRelease(typed)) !== null) return typed;
      return spelledAs(
        typed,
        (await store.releases()).map(({ release }) => release),
      );
    }
    case 'survey':
      // servpack names surveys itself, in lower case.
      return typed.toLowerCase();
  }
}
