import type { Op } from '../../../workers/gateways/simulated/wire.ts';

/**
 * Stop the next call of this kind on this client before or after its effect, so that a test can act exactly
 * there.
 */
export interface HoldOrder {
  readonly client: string;
  readonly op: Op;
  readonly when: 'before' | 'after';
}

interface Hold {
  readonly order: HoldOrder;
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<void>;
  used: boolean;
}

/** The holds of one fleet. Each stops one call and is then used up. */
export class Holds {
  readonly #holds = new Map<number, Hold>();
  #lastId = 0;

  add(order: HoldOrder): number {
    const id = ++this.#lastId;
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#holds.set(id, { order, reached, released, used: false });
    return id;
  }

  /** Resolves when a call stands at the hold. */
  async reached(id: number): Promise<void> {
    await this.#holds.get(id)?.reached.promise;
  }

  /** Lets the call go on; a hold that nothing has reached is taken back. */
  release(id: number): void {
    this.#holds.get(id)?.released.resolve();
    this.#holds.delete(id);
  }

  /** What a call has to wait for here, or null when nothing holds it. */
  stopAt(place: HoldOrder): Promise<void> | null {
    for (const hold of this.#holds.values()) {
      if (hold.used || !isSame(hold.order, place)) continue;
      hold.used = true;
      hold.reached.resolve();
      return hold.released.promise;
    }
    return null;
  }
}

const isSame = (one: HoldOrder, other: HoldOrder): boolean =>
  one.client === other.client && one.op === other.op && one.when === other.when;
