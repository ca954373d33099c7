import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { Counts } from '../simulation/counts.ts';
import type { Judged } from './follow-campaign.ts';

/** The leader reads the counters at most so long before it commits: policy time, and changes. */
const readBeforeMs = 60_000;
const changesBefore = 200;

interface Change {
  readonly at: number;
  readonly before: Counters;
  readonly after: Counters;
}

/** The counters of a campaign whose entries are followed, as they are and as they were just now. */
export class Numbers {
  readonly #counts = new Counts();
  readonly #newest: Change[] = [];

  move(before: Counters, after: Counters, at: number): void {
    this.#counts.move(before, after);
    this.#newest.push({ at, before, after });
    if (this.#newest.length > 2 * changesBefore) this.#newest.splice(0, changesBefore);
  }

  /** The counters as they are now, and then as they were before each of the newest changes. */
  *before(at: number, facts?: readonly FactCounts[]): Iterable<Judged> {
    const beside = facts === undefined ? {} : { facts };
    const counters: Record<string, number> = { ...this.#counts.all() };
    yield { counters: { ...counters }, ...beside };
    for (const change of this.#newest.slice(-changesBefore).toReversed()) {
      if (at - change.at > readBeforeMs) return;
      add(counters, change.after, -1);
      add(counters, change.before, 1);
      yield { counters: { ...counters }, ...beside };
    }
  }
}

function add(counters: Record<string, number>, changed: Counters, sign: 1 | -1): void {
  for (const [name, by] of Object.entries(changed)) {
    const count = (counters[name] ?? 0) + sign * by;
    if (count === 0) delete counters[name];
    else counters[name] = count;
  }
}
