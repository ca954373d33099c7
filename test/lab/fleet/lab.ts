import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ControlRequest, FleetControl, FleetFault, FleetHold } from './control.ts';
import type { CheckIns } from './check-ins.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { FaultOrder, Faults } from './faults.ts';
import type { HoldOrder, Holds } from './holds.ts';
import type { Machines } from './machines.ts';
import { type ClientTruth, countMachines, type FleetSummary, type FleetTruth, truthOf } from './truth.ts';

/** The control operations, on the fleet of this process. */
export class Lab implements FleetControl {
  readonly #machines: Machines;
  readonly #holds: Holds;
  readonly #faults: Faults;
  readonly #dispatcher: Dispatcher;
  readonly #checkIns: CheckIns;
  readonly #hashes: FleetTruth['release'];

  constructor(parts: {
    readonly machines: Machines;
    readonly holds: Holds;
    readonly faults: Faults;
    readonly dispatcher: Dispatcher;
    readonly checkIns: CheckIns;
    readonly release: FleetTruth['release'];
  }) {
    this.#machines = parts.machines;
    this.#holds = parts.holds;
    this.#faults = parts.faults;
    this.#dispatcher = parts.dispatcher;
    this.#checkIns = parts.checkIns;
    this.#hashes = parts.release;
  }

  /** All clients, or `count` of them from the given position on. */
  async truth(from = 0, count = Infinity): Promise<FleetTruth> {
    const asked = this.#machines.all().drop(from).take(count);
    const clients = asked.map((machine) => this.#machines.visit(machine, () => truthOf(machine))).toArray();
    return { now: this.#machines.now(), release: this.#hashes, clients };
  }

  async clientTruth(client: string): Promise<ClientTruth | null> {
    const machine = this.#machines.find(client);
    return machine === undefined ? null : this.#machines.visit(machine, () => truthOf(machine));
  }

  async summary(): Promise<FleetSummary> {
    const { posted, failed } = this.#checkIns;
    return {
      now: this.#machines.now(),
      ...countMachines(this.#machines.all()),
      calls: this.#dispatcher.calls,
      checkIns: { posted, failed },
      faults: this.#faults.counts,
    };
  }

  async hold(order: HoldOrder): Promise<FleetHold> {
    const id = this.#holds.add(order);
    return {
      reached: () => this.#holds.reached(id),
      release: () => this.#release(id),
    };
  }

  async fault(order: FaultOrder): Promise<FleetFault> {
    const id = this.#faults.add(order);
    return {
      struck: () => this.#faults.struck(id),
      lift: async () => this.#faults.lift(id),
    };
  }

  /** Serves a control request from the socket. */
  async serve(request: ControlRequest): Promise<unknown> {
    switch (request.control) {
      case 'truth':
        return this.truth(request.from, request.count);
      case 'clientTruth':
        return this.clientTruth(request.client);
      case 'summary':
        return this.summary();
      case 'hold':
        return this.#holds.add(request.order);
      case 'reached':
        return this.#holds.reached(request.hold);
      case 'release':
        return this.#release(request.hold);
      case 'fault':
        return this.#faults.add(request.order);
      case 'struck':
        return this.#faults.struck(request.fault);
      case 'lift':
        return this.#faults.lift(request.fault);
    }
  }

  /**
   * A test that kills a driver and then releases its call must find the driver gone. The end of its
   * connection may still be unread.
   */
  async #release(hold: number): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await nextTurn();
    this.#holds.release(hold);
  }
}
