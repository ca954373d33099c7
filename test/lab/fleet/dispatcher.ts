import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayResult } from '../../../workers/gateways/gateway.ts';
import type { Request } from '../../../workers/gateways/simulated/wire.ts';
import { perform, unreachable } from './call.ts';
import { isStepDone, stepOf } from './call-step.ts';
import { abandon } from './fence.ts';
import type { Holds, Passing } from './holds.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';

/** A call on its way: `letGo` when its driver has given it up or is dead. */
interface Flight {
  readonly call: number;
  letGo: boolean;
  machine: Machine | null;
}

export type Reply = (id: number, answer: GatewayResult<unknown>) => void;

/** The calls of one driver's connection. */
export class Driver {
  readonly flights = new Map<number, Flight>();
  readonly reply: Reply;

  constructor(reply: Reply) {
    this.reply = reply;
  }

  /**
   * A call is over for this driver, answered or given up: what has begun on the machine goes on, what has not
   * never will.
   */
  end(id: number): void {
    const flight = this.flights.get(id);
    if (flight === undefined) return;
    flight.letGo = true;
    this.flights.delete(id);
    if (flight.machine !== null) abandon(flight.machine, flight.call);
  }

  leave(): void {
    for (const id of this.flights.keys()) this.end(id);
  }
}

/** Brings calls to machines and answers back, past latency and holds. */
export class Dispatcher {
  readonly #machines: Machines;
  readonly #holds: Holds;
  readonly #latencyMs: number;
  #calls = 0;

  constructor(machines: Machines, holds: Holds, latencyMs: number) {
    this.#machines = machines;
    this.#holds = holds;
    this.#latencyMs = latencyMs;
  }

  /** Calls served so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Serves one call. Without latency and holds it reaches the machine at once, so calls keep their order. */
  async serve(driver: Driver, request: Request): Promise<void> {
    const flight: Flight = { call: ++this.#calls, letGo: false, machine: null };
    driver.flights.set(request.id, flight);
    if (this.#latencyMs > 0) await sleep(this.#latencyMs);
    const passing = this.#passing(request);
    const before = passing && this.#holds.stopAt({ ...passing, effect: 'ahead' });
    if (before !== null) await before;
    if (flight.letGo) return;
    const answer = this.#act(flight, request);
    const settled = answer instanceof Promise ? await answer : answer;
    const after = passing && this.#holds.stopAt({ ...passing, effect: 'done' });
    if (after !== null) await after;
    if (flight.letGo) return;
    driver.end(request.id);
    driver.reply(request.id, settled);
  }

  /** What a hold may ask of a call; null where none is. */
  #passing(request: Request): Omit<Passing, 'effect'> | null {
    const { client, op } = request;
    const machine = this.#machines.find(client);
    if (machine === undefined || !this.#holds.areOn(client)) return null;
    const step = stepOf(machine, request);
    return { client, op, step, isStepDone: () => step !== null && isStepDone(machine, step) };
  }

  #act(flight: Flight, request: Request): GatewayResult<unknown> | Promise<GatewayResult<unknown>> {
    const machine = this.#machines.find(request.client);
    if (machine === undefined) return unreachable(request.host);
    flight.machine = machine;
    const outcome = this.#machines.visit(machine, (now) => perform(machine, flight.call, request, now));
    return outcome.kind === 'answer' ? outcome.answer : this.#machines.answerTo(flight.call);
  }
}
