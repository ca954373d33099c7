import type { Counters } from './counters.ts';

/** One blocker of a campaign by fingerprint: how much is gained by dealing with it. Counts are clients. */
export interface RankedBlocker {
  readonly blocker: string;
  /** It alone blocks them now: fix it and they go. */
  readonly alone: number;
  /** It blocks them now, alone or together with others. */
  readonly blocks: number;
  /** They ever met it, those that got past it included. */
  readonly met: number;
}

/**
 * Ranks blockers from the counters `blocked|a + b` (what blocks a client now, all of it) and `seen|a` (who ever met it):
 * first the one that sets most clients free.
 */
export function rankBlockers(counters: Counters): readonly RankedBlocker[] {
  const found = new Map<string, { blocker: string; alone: number; blocks: number; met: number }>();
  const entry = (blocker: string) => {
    const known = found.get(blocker) ?? { blocker, alone: 0, blocks: 0, met: 0 };
    found.set(blocker, known);
    return known;
  };
  for (const [name, count] of Object.entries(counters)) {
    const [kind, rest] = splitOnce(name);
    if (kind === 'seen') entry(rest).met += count;
    if (kind !== 'blocked') continue;
    const together = rest.split(' + ');
    for (const blocker of together) entry(blocker).blocks += count;
    if (together.length === 1) entry(rest).alone += count;
  }
  return [...found.values()].filter(({ blocks, met }) => blocks > 0 || met > 0).sort(byGain);
}

const byGain = (a: RankedBlocker, b: RankedBlocker): number =>
  b.alone - a.alone || b.blocks - a.blocks || b.met - a.met || (a.blocker < b.blocker ? -1 : 1);

function splitOnce(name: string): readonly [kind: string, rest: string] {
  const bar = name.indexOf('|');
  return bar < 0 ? [name, ''] : [name.slice(0, bar), name.slice(bar + 1)];
}
