import type { Counters } from './counters.ts';

/** One blocker of a campaign, and how many clients it concerns. */
export interface RankedBlocker {
  /** Its fingerprint. */
  readonly blocker: string;
  /** Clients that it alone blocks now: without it they go on. */
  readonly alone: number;
  /** Clients that it blocks now, alone or with other blockers. */
  readonly blocks: number;
  /** Clients on which it was ever found, also those that got past it. */
  readonly met: number;
}

/**
 * Ranks blockers from two kinds of counters: `blocked|a + b` (everything that blocks a client now)
 * and `seen|a` (everything ever found). First comes the blocker that frees most clients.
 */
export function rankBlockers(counters: Counters): readonly RankedBlocker[] {
  const found = new Map<string, { blocker: string; alone: number; blocks: number; met: number }>();
  const entry = (blocker: string) => {
    const known = found.get(blocker) ?? { blocker, alone: 0, blocks: 0, met: 0 };
    found.set(blocker, known);
    return known;
  };
  const known = new Set(
    Object.keys(counters).flatMap((name) => (name.startsWith('seen|') ? [splitOnce(name)[1]] : [])),
  );
  for (const [name, count] of Object.entries(counters)) {
    const [kind, rest] = splitOnce(name);
    if (kind === 'seen') entry(rest).met += count;
    if (kind !== 'blocked') continue;
    const together = apart(rest, known) ?? rest.split(between);
    for (const blocker of together) entry(blocker).blocks += count;
    if (together.length === 1) entry(rest).alone += count;
  }
  return [...found.values()].filter(({ blocks, met }) => blocks > 0 || met > 0).sort(byGain);
}

const between = ' + ';

/**
 * The blockers of a counter, each of which was seen: the name of a service or a file may hold ` + `
 * itself. Null where they are not known.
 */
function apart(text: string, known: ReadonlySet<string>): readonly string[] | null {
  if (known.has(text)) return [text];
  for (let at = text.indexOf(between); at >= 0; at = text.indexOf(between, at + 1)) {
    if (!known.has(text.slice(0, at))) continue;
    const rest = apart(text.slice(at + between.length), known);
    if (rest !== null) return [text.slice(0, at), ...rest];
  }
  return null;
}

const byGain = (a: RankedBlocker, b: RankedBlocker): number =>
  b.alone - a.alone || b.blocks - a.blocks || b.met - a.met || (a.blocker < b.blocker ? -1 : 1);

function splitOnce(name: string): readonly [kind: string, rest: string] {
  const bar = name.indexOf('|');
  return bar < 0 ? [name, ''] : [name.slice(0, bar), name.slice(bar + 1)];
}
