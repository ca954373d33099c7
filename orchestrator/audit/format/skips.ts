/** An earlier block of the chain, by its head. */
export type Skip = readonly [block: number, head: string];

/** What a header says of the blocks before it. */
export interface Named {
  readonly block: number;
  /** Head of the block before. */
  readonly previous: string;
  readonly skips?: readonly Skip[] | undefined;
}

/** The blocks that lie on the way back from a block: its number without its lowest binary ones. */
function wayBack(block: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = block; at > 0; at &= at - 1) found.add(at);
  return found;
}

/** Every earlier block that a header names, the newest first. */
export const namedIn = ({ block, previous, skips = [] }: Named) =>
  block <= 1 ? [] : [[block - 1, previous] as const, ...skips];

/**
 * What a header names besides the block before it: so few that headers stay short, and such that
 * any earlier block is reached in few steps, each at least half of what is left.
 * @param before the header of the block before; null = there is none
 */
export function skipsAfter(before: Named | null): readonly Skip[] {
  if (before === null) return [];
  const wanted = wayBack(before.block);
  return namedIn(before).filter(([block]) => wanted.has(block));
}

/**
 * The blocks that lead from the newest one back to each of the others, the newest first: each is
 * named by the header of the one before it.
 */
export function wayTo(newest: number, blocks: readonly number[]): readonly number[] {
  const way = [newest];
  for (const wanted of [...new Set(blocks)].toSorted((a, b) => b - a))
    for (let at = way.at(-1) ?? newest; at > wanted; at = way.at(-1) ?? wanted)
      way.push(Math.min(...[...wayBack(at - 1)].filter((block) => block >= wanted)));
  return way;
}
