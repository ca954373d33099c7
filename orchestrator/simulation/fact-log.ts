import type { Fact, FactCounts, FactKind } from '../../shared/domain/outcome/facts.ts';

/** So many of the newest troubles are read by their causes, as the store reads them. */
const causesAtMost = 1_000;

/** Who had something, in the order of time; only the newest time of each counts. */
class Newest {
  readonly #names: string[] = [];
  readonly #times: number[] = [];
  readonly #placeOf = new Map<string, number>();

  add(name: string, at: number): void {
    this.#placeOf.set(name, this.#names.length);
    this.#names.push(name);
    this.#times.push(at);
  }

  /** Those since a time, the newest first. */
  *since(after: number): Iterable<string> {
    for (let place = this.#names.length - 1; place >= 0; place -= 1) {
      if ((this.#times[place] ?? 0) <= after) return;
      const name = this.#names[place] ?? '';
      if (this.#placeOf.get(name) === place) yield name;
    }
  }
}

/** What the stop rules of a simulated campaign count. Facts come in the order of time. */
export class FactLog {
  readonly #kinds = new Map<FactKind, Newest>();
  readonly #causes = new Newest();
  readonly #failures = new Newest();

  add(client: string, facts: readonly Fact[], at: number): void {
    for (const { kind, cause } of facts) {
      const known = this.#kinds.get(kind) ?? new Newest();
      this.#kinds.set(kind, known);
      known.add(client, at);
      if (cause === undefined) continue;
      this.#causes.add(`${client}|${cause}`, at);
      if (kind === 'failed') this.#failures.add(`${client}|${cause}`, at);
    }
  }

  since(after: number): FactCounts {
    const kinds: Partial<Record<FactKind, number>> = {};
    for (const [kind, known] of this.#kinds) {
      let count = 0;
      for (const _ of known.since(after)) count += 1;
      kinds[kind] = count;
    }
    const failures = countCauses(this.#failures.since(after));
    return {
      kinds,
      causes: countCauses(this.#causes.since(after)),
      ...(Object.keys(failures).length === 0 ? {} : { failures }),
    };
  }
}

function countCauses(newest: Iterable<string>): Readonly<Record<string, number>> {
  const causes: Record<string, number> = {};
  let read = 0;
  for (const name of newest) {
    if ((read += 1) > causesAtMost) break;
    const cause = name.slice(name.indexOf('|') + 1);
    causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return causes;
}
