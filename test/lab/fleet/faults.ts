import type { Op, Request } from '../../../shared/execution/simulated/wire.ts';
import { chance, pick } from '../../../orchestrator/simulation/machines/chance.ts';

/**
 * Faults between a driver and its client. The effect on the client is real: with `cutAfter` the
 * client has carried out the call, with `cutBefore` it has not, and the driver cannot tell the two
 * apart.
 */
export const faultKinds = [
  /** The call never reaches the client, and no answer comes. */
  'lostCall',
  /** The client carries out the call, and no answer comes. */
  'lostAnswer',
  /** The connection breaks, and every other call on it fails too. */
  'cutBefore',
  'cutAfter',
  /** Half of the answer comes, then the connection breaks. */
  'halfAnswer',
  /** A line of something else comes in place of an answer. */
  'wrongLine',
  /** The answer belongs to this call, but its content is something else. */
  'wrongValue',
  /**
   * The answer has the right form, but the texts of files and programs in it are something else.
   */
  'wrongText',
  /** Something comes that has no end: the driver has to stop reading. */
  'endlessAnswer',
  /** Seconds pass before the call reaches the client. */
  'slowCall',
  /** The client has carried out the call, and seconds pass before the driver knows. */
  'slowAnswer',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The calls that a fault concerns; a property that is left out matches any. */
export interface FaultOrder {
  readonly client?: string | undefined;
  readonly op?: Op | undefined;
  readonly kind?: FaultKind | undefined;
  /** Share of the matching calls; 1 when left out. */
  readonly rate?: number | undefined;
  /** The fault ends after so many calls; without end when left out. */
  readonly times?: number | undefined;
}

interface Fault {
  readonly order: FaultOrder;
  readonly struck: PromiseWithResolvers<void>;
  count: number;
  /**
   * Matching calls of each client so far: the chance of a call does not depend on other clients.
   */
  readonly calls: Map<string, number>;
}

/** The gateway faults of one fleet: by chance of its seed, or by order of a test. */
export class Faults {
  readonly #seed: string;
  readonly #faults = new Map<number, Fault>();
  readonly #counts = new Map<FaultKind, number>();
  #lastId = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  add(order: FaultOrder): number {
    const id = ++this.#lastId;
    const struck = Promise.withResolvers<void>();
    this.#faults.set(id, { order, struck, count: 0, calls: new Map() });
    return id;
  }

  lift(id: number): void {
    this.#faults.delete(id);
  }

  /** Resolves when the fault has happened once. */
  async struck(id: number): Promise<void> {
    await this.#faults.get(id)?.struck.promise;
  }

  /** How often each kind has happened. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** The fault of this call, or null. */
  strike(request: Request): FaultKind | null {
    for (const fault of this.#faults.values()) {
      const kind = this.#draw(fault, request);
      if (kind === null) continue;
      fault.count += 1;
      fault.struck.resolve();
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
      return kind;
    }
    return null;
  }

  #draw({ order, count, calls }: Fault, { client, op }: Request): FaultKind | null {
    const { rate = 1, times = Infinity } = order;
    if (count >= times || (order.client ?? client) !== client || (order.op ?? op) !== op) return null;
    const nth = (calls.get(client) ?? 0) + 1;
    calls.set(client, nth);
    if (rate < 1 && chance(this.#seed, client, 'fault', nth) >= rate) return null;
    return order.kind ?? pick(faultKinds, chance(this.#seed, client, 'fault kind', nth));
  }
}
