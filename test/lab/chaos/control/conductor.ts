import { chance } from '../../../../orchestrator/simulation/machines/chance.ts';
import type { Operator } from '../../operator.ts';
import type { ChaosCampaign } from '../campaign-file.ts';
import { Editor } from './editor.ts';
import type { FleetBook } from './fleet-book.ts';
import type { Ledger } from './ledger.ts';
import type { Order } from './orders.ts';
import { Registrar } from './registrar.ts';

/** Carries out the orders of the plan, each kind in the order of the plan. */
export class Conductor {
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
    const edited = this.#editing.then(() =>
      order.kind === 'edit'
        ? this.#editor.edit(this.#campaign.edited(order.nth))
        : this.#editor.revert(chance(this.#seed, 'revertTo', order.nth)),
    );
    this.#editing = edited.catch(() => undefined);
    return edited;
  }

  /**
   * After the last stroke: the fleet as its book has it, and a file without the stop rules, so that
   * the campaign ends.
   */
  async settle(): Promise<string> {
    await Promise.all([this.#editing, this.#moving]);
    await this.#registrar.reconcile();
    return this.#editor.edit({ ...this.#campaign.first, stop: 'none' });
  }
}
