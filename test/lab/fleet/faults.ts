import type { Op, Request } from '../../../workers/gateways/simulated/wire.ts';
import { chance, pick } from './chance.ts';

/**
 * What can go wrong between a driver and its client. The effect on the client is real: after `cutAfter` the client
 * has done it, after `cutBefore` it has not, and the driver can tell neither from the other.
 */
export const faultKinds = [
  /** It never reaches the client, and nobody ever answers. */
  'lostCall',
  /** The client does it, and nobody ever answers. */
  'lostAnswer',
  /** The connection breaks, and with it every other call on it. */
  'cutBefore',
  'cutAfter',
  /** Half of the answer, and then the connection breaks. */
  'halfAnswer',
  /** Where an answer should stand there is a line of something else. */
  'wrongLine',
  /** The answer is to this call, and what it carries is something else. */
  'wrongValue',
  /** The answer has its form, and the texts in it, of files and programs, are something else. */
  'wrongText',
  /** Seconds pass before the client gets it. */
  'slowCall',
  /** The client has done it, and seconds pass before its driver knows. */
  'slowAnswer',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Which calls something goes wrong with; what is left out means any. */
export interface FaultOrder {
  readonly client?: string | undefined;
  readonly op?: Op | undefined;
  readonly kind?: FaultKind | undefined;
  /** Share of the calls that are meant; 1 if not said otherwise. */
  readonly rate?: number | undefined;
  /** Over after this many; without end if not said otherwise. */
  readonly times?: number | undefined;
}

interface Fault {
  readonly order: FaultOrder;
  readonly struck: PromiseWithResolvers<void>;
  count: number;
  /** Calls of each client that were meant so far: the chance of a call does not depend on other clients. */
  readonly calls: Map<string, number>;
}

/** The gateway faults of one fleet, by chance of its seed or by order. */
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

  /** Resolves when it has struck once. */
  async struck(id: number): Promise<void> {
    await this.#faults.get(id)?.struck.promise;
  }

  /** How often each kind has struck. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** What goes wrong with this call, or null. */
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
