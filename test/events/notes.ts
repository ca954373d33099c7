import type { Store } from '../../shared/store/store.ts';
import { entry } from '../contract/store/fixtures.ts';

/** Adds one entry to the audit that names this campaign. */
export async function note(store: Store, campaign: string, because: string): Promise<void> {
  const { version } = await store.readHalt();
  await store.commitHalt(null, version, { ...entry(campaign), client: null, because });
}

export async function noteMany(store: Store, campaign: string, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) await note(store, campaign, `note ${number}`);
}
