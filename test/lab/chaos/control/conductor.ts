import { chance } from '../../../../orchestrator/simulation/machines/chance.ts';
import type { Operator } from '../../operator.ts';
import type { ChaosCampaign, StoppedName } from '../campaign-file.ts';
import { askAny, Refused } from './ask-any.ts';
import { Editor } from './editor.ts';
import type { FleetBook } from './fleet-book.ts';
import type { Ledger } from './ledger.ts';
import type { Order } from './orders.ts';
import { Registrar } from './registrar.ts';

/** Carries out the orders of the plan, each kind in the order of the plan. */
export class Conductor {
  readonly #operators: readonly Operator[];
  readonly #editor: Editor;
  readonly #registrar: Registrar;
  readonly #campaign: ChaosCampaign;
  readonly #seed: string;
  #editing: Promise<unknown> = Promise.resolve();
  #moving: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    readonly operators: readonly Operator[];
    readonly campaign: ChaosCampaign;
    readonly book: FleetBook;
    readonly ledger: Ledger;
    readonly seed: string;
  }) {
    this.#operators = parts.operators;
    this.#editor = new Editor(parts.operators, parts.campaign, parts.ledger);
    this.#registrar = new Registrar(parts.operators, parts.book, parts.seed);
    this.#campaign = parts.campaign;
    this.#seed = parts.seed;
  }

  /** @returns what came of the order, in words */
  carryOut(order: Exclude<Order, { readonly kind: 'nobodyLeads' }>): Promise<string> {
    if (order.kind === 'fleet') {
      const moved = this.#moving.then(() => this.#registrar.carryOut(order));
      this.#moving = moved.catch(() => undefined);
      return moved;
    }
    if (order.kind === 'start') return this.#start(order.name);
    const edited = this.#editing.then(() =>
      order.kind === 'edit'
        ? this.#editor.edit(this.#campaign.edited(order.nth))
        : this.#editor.revert(chance(this.#seed, 'revertTo', order.nth)),
    );
    this.#editing = edited.catch(() => undefined);
    return edited;
  }

  async #start(name: StoppedName): Promise<string> {
    try {
      await askAny(this.#operators, 'POST', `/v1/campaigns/${name}/start`);
      return 'done';
    } catch (error) {
      // An answer that was lost: the first request has started the campaign.
      if (error instanceof Refused) return `refused: ${error.message}`;
      throw error;
    }
  }

  /**
   * After the last stroke: the fleet as its book has it, and a file without the stop rules, so that
   * the campaign ends.
   */
  async settle(): Promise<string> {
    await Promise.all([this.#editing, this.#moving]);
    await this.#registrar.reconcile();
    for (const name of this.#campaign.stopped.keys()) await this.#start(name);
    return this.#editor.edit({ ...this.#campaign.first, stop: 'none' });
  }
}
