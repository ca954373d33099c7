import { chance } from '../../../../orchestrator/simulation/machines/chance.ts';
import type { Operator } from '../../operator.ts';
import { askAny, Refused } from './ask-any.ts';
import type { FleetBook } from './fleet-book.ts';
import type { FleetOrder } from './orders.ts';

/** The part of the main campaign that one order changes. */
const share = 0.02;

/** The person who keeps the fleet: imports, relabels and removes clients of the main campaign. */
export class Registrar {
  readonly #operators: readonly Operator[];
  readonly #book: FleetBook;
  readonly #seed: string;
  readonly #removed = new Set<string>();

  constructor(operators: readonly Operator[], book: FleetBook, seed: string) {
    this.#operators = operators;
    this.#book = book;
    this.#seed = seed;
  }

  async carryOut({ how, nth }: FleetOrder): Promise<string> {
    if (how === 'join') return this.#import('absent', 'in', nth);
    if (how === 'leave') return this.#import('in', 'out', nth);
    if (how === 'return') return this.#import('out', 'in', nth);
    return this.#remove(nth);
  }

  /** After the last stroke: the fleet as the book has it, whatever came late meanwhile. */
  async reconcile(): Promise<void> {
    await this.#post('/v1/fleet', { file: 'fleet.csv', text: this.#book.text() });
    for (const client of this.#removed) await this.#tryRemove([client]);
  }

  async #import(from: 'absent' | 'in' | 'out', to: 'in' | 'out', nth: number): Promise<string> {
    const clients = this.#some(from, nth).filter((client) => !this.#removed.has(client));
    if (clients.length === 0) return 'no client';
    this.#book.set(clients, to);
    await this.#post('/v1/fleet', { file: 'some.csv', text: this.#book.text(clients) });
    return `${clients.length} clients`;
  }

  /** Clients on which something is open stay, so they are asked for one by one. */
  async #remove(nth: number): Promise<string> {
    let removed = 0;
    for (const client of this.#some('in', nth).slice(0, 4)) {
      if (!(await this.#tryRemove([client]))) continue;
      this.#book.set([client], 'absent');
      this.#removed.add(client);
      removed += 1;
    }
    return `${removed} clients`;
  }

  async #tryRemove(clients: readonly string[]): Promise<boolean> {
    try {
      await this.#post('/v1/fleet/remove', { clients, reason: 'sold' });
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // An answer that was lost: the first request has removed the client.
      return error.message.includes('notFound.client');
    }
  }

  #post(path: string, body: object): Promise<unknown> {
    return askAny(this.#operators, 'POST', path, body);
  }

  #some(standing: 'absent' | 'in' | 'out', nth: number): readonly string[] {
    const all = this.#book.standing(standing);
    const count = Math.max(2, Math.ceil(this.#book.of('main').length * share));
    const toss = (client: string): number => chance(this.#seed, 'some', nth, client);
    return all.toSorted((a, b) => toss(a) - toss(b)).slice(0, count);
  }
}
