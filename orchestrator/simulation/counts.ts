import type { Counters } from '../../shared/domain/outcome/counters.ts';

/**
 * The counters of a simulated campaign. The deciders of the campaign read sums over all logon
 * servers, so these are kept apart: a campaign with hundreds of logon servers is judged as fast as
 * one with a single one.
 */
export class Counts {
  readonly #all = new Map<string, number>();
  readonly #sums: Record<string, number> = {};
  /** By counter: the sum that it belongs to; null = no decider reads it. */
  readonly #sumOf = new Map<string, Sum | null>();
  /** Grows with every change that a decider of the campaign can see. */
  changes = 0;

  add(changed: Counters): void {
    for (const name in changed) this.#add(name, changed[name] ?? 0);
  }

  /** As `add(difference(before, after))`, without the counters in between. */
  move(before: Counters, after: Counters): void {
    for (const name in after) this.#add(name, (after[name] ?? 0) - (before[name] ?? 0));
    for (const name in before) if (after[name] === undefined) this.#add(name, -(before[name] ?? 0));
  }

  #add(name: string, by: number): void {
    if (by === 0) return;
    const count = (this.#all.get(name) ?? 0) + by;
    if (count === 0) this.#all.delete(name);
    else this.#all.set(name, count);
    let sum = this.#sumOf.get(name);
    if (sum === undefined) {
      const sumName = sumNameOf(name);
      sum = sumName === null ? null : { name: sumName, isJudged: !notJudged.test(sumName) };
      this.#sumOf.set(name, sum);
    }
    if (sum === null) return;
    const summed = (this.#sums[sum.name] ?? 0) + by;
    if (summed === 0) delete this.#sums[sum.name];
    else this.#sums[sum.name] = summed;
    if (sum.isJudged) this.changes += 1;
  }

  of(name: string): number {
    return this.#all.get(name) ?? 0;
  }

  /** Every counter, as the store keeps them. */
  all(): Counters {
    return Object.fromEntries(this.#all);
  }

  /** Summed over the logon servers, for the deciders of the campaign: read it at once. */
  sums(): Counters {
    return this.#sums;
  }
}

interface Sum {
  readonly name: string;
  readonly isJudged: boolean;
}

const everyServer = '*';

function sumNameOf(name: string): string | null {
  const [kind, wave = '', , bucket = ''] = name.split('|');
  switch (kind) {
    case 'state':
      return `state|${wave}|${everyServer}|${bucket}`;
    case 'held':
    case 'downloading':
    case 'downloadRests':
    case 'seen':
    case 'blocked':
      return null;
    default:
      return name;
  }
}

/** Clients that start, rest or are driven change nothing for a campaign; those that end do. */
const notJudged = /^(?:state\|\d+\|\*\|(?:waiting|active|restarting|deferred|remedying)|deferr|marked)/;
