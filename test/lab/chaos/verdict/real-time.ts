import type { Entry } from '../../operator.ts';

/** Real time at which Redis stored an entry of the audit. */
export const realTimeOf = ({ id }: Pick<Entry, 'id'>): number => Number(id.slice(0, id.indexOf('-')));

/** Entries of one driver in a row: those of one activation, which held its slots meanwhile. */
export interface Activation {
  readonly entries: readonly Entry[];
  /** Real time of the entry before; the activation began later. */
  readonly after: number;
}

/** The activations of workers in a client's story. */
export function activationsIn(story: readonly Entry[]): readonly Activation[] {
  const found: { entries: Entry[]; after: number }[] = [];
  for (const [at, entry] of story.entries()) {
    if (!entry.who.startsWith('worker ')) continue;
    const before = story[at - 1];
    if (before?.who === entry.who) found.at(-1)?.entries.push(entry);
    else
      found.push({
        entries: [entry],
        after: before === undefined ? Number.NEGATIVE_INFINITY : realTimeOf(before),
      });
  }
  return found;
}
