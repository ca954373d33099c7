import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { type Fault, general } from './line.ts';
import { activationsIn, realTimeOf } from './real-time.ts';

interface Work {
  readonly server: string;
  readonly from: number;
  readonly to: number;
}

/** From its first to its last commit an activation holds its slots, so this is the least. */
export const workIn = (stories: Stories, serverOf: (client: string) => string | null): readonly Work[] =>
  [...stories].flatMap(([client, story]) => {
    const server = serverOf(client);
    if (server === null) return [];
    return activationsIn(story).flatMap(({ entries }): Work[] => {
      const [first, last] = [entries[0], entries.at(-1)];
      return first === undefined || last === undefined
        ? []
        : [{ server, from: realTimeOf(first), to: realTimeOf(last) }];
    });
  });

/** The most activations at one time on each logon server must keep the limit over all campaigns. */
export function limitFaults(work: readonly Work[], limit: number): readonly Fault[] {
  const byServer = Map.groupBy(work, ({ server }) => server);
  return [...byServer].flatMap(([server, own]) => {
    const most = mostAtOnce(own);
    return general(
      most > limit ? [`${most} clients of ${server} were worked on at once, the limit is ${limit}`] : [],
    );
  });
}

/** What ends in a millisecond ends before what begins in it. */
export function mostAtOnce(work: readonly Pick<Work, 'from' | 'to'>[]): number {
  const steps = work
    .filter(({ from, to }) => to > from)
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** Slots in use at one moment, over all campaigns, by Redis read raw. */
export function slotFaults(records: readonly RawRecord[], limit: number): readonly Fault[] {
  const holders = records.filter(({ fields }) => fields['h'] === '1');
  const byServer = Map.groupBy(holders, ({ fields }) => fields['g'] ?? '');
  return general(
    [...byServer]
      .filter(([, own]) => own.length > limit)
      .map(
        ([server, own]) =>
          `${own.length} slots of ${server} are in use, the limit over all campaigns is ${limit}`,
      ),
  );
}
