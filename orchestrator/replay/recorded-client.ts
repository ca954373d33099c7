import type { Sighting, Track } from './tracks.ts';

/** A client of a replay: what was done to it so far, as its commands said. */
export interface RecordedClient {
  readonly name: string;
  readonly track: Track | undefined;
  /** How often each command was asked. */
  readonly asked: Map<string, number>;
  restarts: number;
  isMarked: boolean;
  markedAt: number;
  isMoved: boolean;
  /** The boot that the last look said. */
  boot: string;
  /** The boot in which the client was marked. */
  markBoot: string;
  /** When a user logged on after the restart; null = nobody has. */
  loggedOnAt: number | null;
  /** Until then its check-ins are passed. */
  passedUntil: number;
}

export const newRecordedClient = (name: string, track: Track | undefined): RecordedClient => ({
  name,
  track,
  asked: new Map(),
  restarts: 0,
  isMarked: false,
  markedAt: 0,
  isMoved: false,
  boot: '',
  markBoot: '',
  loggedOnAt: null,
  passedUntil: -Infinity,
});

/** The one that was made nearest to a time; of two as near the earlier one. */
export function nearest(sightings: readonly Sighting[], at: number): Sighting | undefined {
  let best: Sighting | undefined;
  for (const each of sightings)
    if (best === undefined || Math.abs(each.at - at) < Math.abs(best.at - at)) best = each;
  return best;
}

/** The client never answered again after the last restart that was ordered. */
export function isLostAfterRestart({ sightings, ordered }: Track): boolean {
  const after = sightings.filter((each) => each.ordered === ordered);
  return ordered > 0 && after.length > 0 && after.every(({ seen }) => seen === null);
}

/** How long a client took from its logon to its proof; null = it was never proved. */
export function provedAfterMs({ sightings, checkIns }: Track): number | null {
  const proved = sightings.find(({ isCurrent, stage }) => isCurrent && stage !== 'fresh');
  if (proved === undefined) return null;
  const before = sightings.filter(({ at, stage }) => stage === 'restarted' && at < proved.at);
  const logons = [
    ...checkIns.filter((at) => at <= proved.at),
    ...before.filter(({ seen }) => (seen?.users.length ?? 0) > 0).map(({ at }) => at),
  ];
  const restartedAt = before[0]?.at ?? proved.at;
  const logonAt = Math.min(...logons.filter((at) => at >= restartedAt), proved.at);
  const waited = before.filter(({ at }) => at > logonAt).at(-1);
  return waited === undefined ? 0 : waited.at - logonAt;
}
