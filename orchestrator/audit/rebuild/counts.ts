import { newestRecords, type Snapshot, type Source } from './snapshot.ts';

/** How many clients of a campaign are in which state. */
export interface Counts {
  settled: number;
  lookedAt: number;
  waiting: number;
}

/** By campaign. Reads the files once more. */
export async function countUp(source: Source, snapshot: Snapshot): Promise<ReadonlyMap<string, Counts>> {
  const counts = new Map<string, Counts>();
  for (const name of snapshot.campaigns.keys())
    counts.set(name, { settled: 0, lookedAt: 0, waiting: snapshot.picks.get(name)?.size ?? 0 });
  for await (const { record, upgrade } of newestRecords(source, snapshot)) {
    const count = counts.get(record);
    if (count === undefined) continue;
    count.waiting -= 1;
    if (upgrade.state.phase === 'settled') count.settled += 1;
    else count.lookedAt += 1;
  }
  return counts;
}
