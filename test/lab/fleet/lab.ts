import type { ControlRequest, FleetControl, FleetHold } from './control.ts';
import type { CheckIns } from './check-ins.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { HoldOrder, Holds } from './holds.ts';
import type { Machines } from './machines.ts';
import { type ClientTruth, countMachines, type FleetSummary, type FleetTruth, truthOf } from './truth.ts';

/** The control operations, on the fleet of this process. */
export class Lab implements FleetControl {
  readonly #machines: Machines;
  readonly #holds: Holds;
  readonly #dispatcher: Dispatcher;
  readonly #checkIns: CheckIns;
  readonly #release: FleetTruth['release'];

  constructor(parts: {
    readonly machines: Machines;
    readonly holds: Holds;
    readonly dispatcher: Dispatcher;
    readonly checkIns: CheckIns;
    readonly release: FleetTruth['release'];
  }) {
    this.#machines = parts.machines;
    this.#holds = parts.holds;
    this.#dispatcher = parts.dispatcher;
    this.#checkIns = parts.checkIns;
    this.#release = parts.release;
  }

  async truth(): Promise<FleetTruth> {
    const clients = [...this.#machines.all()].map((machine) =>
      this.#machines.visit(machine, () => truthOf(machine)),
    );
    return { now: this.#machines.now(), release: this.#release, clients };
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
    };
  }

  async hold(order: HoldOrder): Promise<FleetHold> {
    const id = this.#holds.add(order);
    return {
      reached: () => this.#holds.reached(id),
      release: async () => this.#holds.release(id),
    };
  }

  /** Serves a control request from the socket. */
  async serve(request: ControlRequest): Promise<unknown> {
    switch (request.control) {
      case 'truth':
        return this.truth();
      case 'clientTruth':
        return this.clientTruth(request.client);
      case 'summary':
        return this.summary();
      case 'hold':
        return this.#holds.add(request.order);
      case 'reached':
        return this.#holds.reached(request.hold);
      case 'release':
        return this.#holds.release(request.hold);
    }
  }
}
