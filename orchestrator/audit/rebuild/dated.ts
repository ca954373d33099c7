import { compareIds } from '../format/entry-id.ts';

/** What a block of the audit says. `until` is the id of the block's last entry. */
export interface Dated<T> {
  readonly value: T;
  readonly until: string;
}

/**
 * Of what has no version the newest block tells. Blocks of two orchestrators stand in turns in
 * their files.
 */
export function keepNewest<T>(all: Map<string, Dated<T>>, name: string, value: T, until: string): void {
  const known = all.get(name);
  if (known === undefined || compareIds(until, known.until) >= 0) all.set(name, { value, until });
}

/** In one block the fleet was read after the removal. */
export const isNewer = (until: string, known: Dated<unknown> | undefined): boolean =>
  known === undefined || compareIds(until, known.until) > 0;

/** The values without the blocks that say them. */
export const plain = <T>(all: ReadonlyMap<string, Dated<T>>): ReadonlyMap<string, T> =>
  new Map([...all].map(([name, { value }]) => [name, value]));
