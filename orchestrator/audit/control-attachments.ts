import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { isLimitStep } from '../fleet/server-limits.ts';
import { scheduleIn } from '../schedules/commit.ts';
import { limitsLine, scheduleLine } from './format/control-lines.ts';

/** What controls campaigns and stands in no record of a campaign, where these entries change it. */
export async function* controlLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  yield* scheduleLines(store, entries);
  if (entries.some(isLimitStep)) yield limitsLine((await store.readServerLimits()).limits);
}

async function* scheduleLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const names = new Set(entries.map(scheduleIn).filter((name) => name !== null));
  for (const name of names) yield scheduleLine(name, (await store.readSchedule(name))?.schedule ?? null);
}
