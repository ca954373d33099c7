import {
  type FullPlace,
  fullPlace,
  type RestartPlace,
  type RestartTerms,
} from '../../shared/domain/rules/restart-limits.ts';

/**
 * The slots of restarts in a simulated campaign, and the line of clients that wait for one, as the
 * store keeps them. The oldest client that finds no room keeps its places free for itself.
 */
export class RestartLine {
  readonly #holding = new Map<string, readonly RestartPlace[]>();
  /** In the order of the line. */
  readonly #waiting = new Map<string, readonly RestartPlace[]>();
  readonly #used = new Map<string, number>();
  #terms: RestartTerms | null = null;

  /** Takes a slot of a restart; else the place that has no room. */
  take(client: string, terms: RestartTerms, places: readonly RestartPlace[]): FullPlace | null {
    this.#terms = terms;
    if (this.#holding.has(client)) return null;
    const [oldest] = this.#waiting;
    const kept = oldest === undefined || oldest[0] === client ? [] : oldest[1];
    const full = this.#fullFor(places, kept);
    if (full === null) this.#hold(client, places);
    return full;
  }

  /**
   * Puts a client into the line.
   * @returns the clients that get a slot now
   */
  join(client: string, terms: RestartTerms, places: readonly RestartPlace[]): readonly string[] {
    this.#terms = terms;
    if (this.#holding.has(client)) return [client];
    if (!this.#waiting.has(client)) this.#waiting.set(client, places);
    return this.#serve(places);
  }

  /** @returns the clients that get a slot now */
  leave(client: string): readonly string[] {
    const places = this.#holding.get(client) ?? this.#waiting.get(client);
    if (places === undefined) return [];
    if (this.#holding.delete(client)) this.#count(places, -1);
    this.#waiting.delete(client);
    return this.#serve(places);
  }

  #serve(freed: readonly RestartPlace[]): readonly string[] {
    const names = new Set(freed.map(({ name }) => name));
    const served: string[] = [];
    let kept: readonly RestartPlace[] | null = null;
    for (const [client, places] of this.#waiting) {
      if (kept !== null && !places.some(({ name }) => names.has(name))) continue;
      if (this.#fullFor(places, kept ?? []) !== null) {
        kept ??= places;
        continue;
      }
      this.#hold(client, places);
      served.push(client);
    }
    return served;
  }

  #hold(client: string, places: readonly RestartPlace[]): void {
    this.#waiting.delete(client);
    this.#holding.set(client, places);
    this.#count(places, 1);
  }

  #fullFor(places: readonly RestartPlace[], kept: readonly RestartPlace[]): FullPlace | null {
    if (this.#terms === null) return null;
    this.#count(kept, 1);
    const full = fullPlace(this.#terms, places, this.#used);
    this.#count(kept, -1);
    return full;
  }

  #count(places: readonly RestartPlace[], by: number): void {
    for (const { name } of places) this.#used.set(name, (this.#used.get(name) ?? 0) + by);
  }
}
