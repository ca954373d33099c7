import type { Direction, Procedure, StepName } from '../../../shared/domain/remediation/procedure.ts';
import type { Op } from '../../../shared/execution/simulated/wire.ts';
import type { CallStep } from './call-step.ts';

/**
 * Stops a call of this kind on this client before or after its effect, so that a test can act
 * exactly there.
 */
export interface OpHold {
  readonly client: string;
  readonly op: Op;
  /** Which one from now on; the first when left out. */
  readonly nth?: number | undefined;
  readonly when: 'before' | 'after';
}

/**
 * Stops a client at a step of a procedure. `before`: nothing of the step has reached the client.
 * `announced`: the intent on the client names the step, and no more was done. `after`: the step is
 * done, and its driver does not know.
 */
export interface StepHold {
  readonly client: string;
  readonly step: StepName;
  /** Some steps exist forward and back, or in both procedures; left out = in any. */
  readonly direction?: Direction | undefined;
  readonly procedure?: Procedure | undefined;
  /** Which announcement of the step from now on; the first when left out. */
  readonly nth?: number | undefined;
  readonly when: 'before' | 'announced' | 'after';
}

export type HoldOrder = OpHold | StepHold;

/** A call that reaches its client, or has had its effect there. */
export interface Passing {
  readonly client: string;
  readonly op: Op;
  readonly effect: 'ahead' | 'done';
  readonly step: CallStep | null;
  /** Whether the step is done; read after the effect. */
  readonly isStepDone: () => boolean;
}

interface Hold {
  readonly id: number;
  readonly order: HoldOrder;
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<void>;
  used: boolean;
  /** How many calls, or announcements of the step, the hold has let pass or stopped. */
  count: number;
}

/** The holds of one fleet. Each hold stops one call and is then used up. */
export class Holds {
  readonly #byClient = new Map<string, Hold[]>();
  readonly #byId = new Map<number, Hold>();
  #lastId = 0;

  add(order: HoldOrder): number {
    const id = ++this.#lastId;
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const hold = { id, order, reached, released, used: false, count: 0 };
    this.#byId.set(id, hold);
    this.#byClient.set(order.client, [...(this.#byClient.get(order.client) ?? []), hold]);
    return id;
  }

  /** Whether any hold may stop a call on this client. */
  areOn(client: string): boolean {
    return this.#byClient.has(client);
  }

  /** Resolves when a call has stopped at the hold. */
  async reached(id: number): Promise<void> {
    await this.#byId.get(id)?.reached.promise;
  }

  /** Lets the call go on. A hold that no call has reached is removed. */
  release(id: number): void {
    const hold = this.#byId.get(id);
    if (hold === undefined) return;
    hold.released.resolve();
    this.#byId.delete(id);
    const others = (this.#byClient.get(hold.order.client) ?? []).filter((each) => each !== hold);
    if (others.length > 0) this.#byClient.set(hold.order.client, others);
    else this.#byClient.delete(hold.order.client);
  }

  /** What a call waits for here, or null when no hold stops it. */
  stopAt(passing: Passing): Promise<void> | null {
    // Every hold counts the call, also the holds behind the one that stops it.
    const meant = (this.#byClient.get(passing.client) ?? []).filter((hold) => isMeant(hold, passing));
    const hold = meant.find(({ used }) => !used);
    if (hold === undefined) return null;
    hold.used = true;
    hold.reached.resolve();
    return hold.released.promise;
  }
}

function isMeant(hold: Hold, passing: Passing): boolean {
  const { order } = hold;
  const nth = order.nth ?? 1;
  if ('op' in order) {
    const effect = order.when === 'before' ? 'ahead' : 'done';
    return passing.op === order.op && passing.effect === effect && ++hold.count === nth;
  }
  const { step, effect } = passing;
  if (step === null || !isOf(order, step)) return false;
  if (step.announces && effect === 'ahead') hold.count += 1;
  if (hold.count !== nth) return false;
  switch (order.when) {
    case 'before':
      return step.announces && effect === 'ahead';
    case 'announced':
      return step.announces && effect === 'done';
    case 'after':
      return effect === 'done' && passing.isStepDone();
  }
}

const isOf = (order: StepHold, { step, direction, procedure }: CallStep): boolean =>
  order.step === step &&
  (order.direction ?? direction) === direction &&
  (order.procedure ?? procedure) === procedure;
