import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../../shared/errors.ts';
import type { GatewayResult } from '../../../shared/execution/gateway.ts';
import type { Request } from '../../../shared/execution/simulated/wire.ts';
import { perform, unreachable } from '../../../orchestrator/simulation/machines/call.ts';
import { isStepDone, stepOf } from './call-step.ts';
import type { FaultKind, Faults } from './faults.ts';
import { abandon } from '../../../orchestrator/simulation/machines/fence.ts';
import type { Holds, Passing } from './holds.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import type { Machines } from './machines.ts';
import { withWrongText, wrongWords } from './spoil.ts';

/** A call under way. `letGo`: its driver has given it up or is dead. */
interface Flight {
  readonly call: number;
  readonly request: Request;
  letGo: boolean;
  machine: Machine | null;
}

/** What the lab can do to a driver's connection. */
export interface DriverLine {
  reply(id: number, answer: GatewayResult<unknown>): void;
  /** Sends the beginning of an answer and breaks the connection. */
  replyHalf(id: number, answer: GatewayResult<unknown>): void;
  /** Sends a line that is no answer. */
  say(words: string): void;
  cut(): void;
  /** Sends text without a line end until the driver closes the connection. */
  pour(): void;
}

/** The calls of one driver's connection. */
export class Driver {
  readonly flights = new Map<number, Flight>();
  readonly line: DriverLine;

  constructor(line: DriverLine) {
    this.line = line;
  }

  /**
   * The driver has given a call up, or is dead. A call that began on the machine goes on; another
   * never begins. The driver does not know which of the two happened.
   */
  giveUp(id: number): void {
    const flight = this.flights.get(id);
    if (flight === undefined) return;
    flight.letGo = true;
    this.flights.delete(id);
    if (flight.machine !== null) abandon(flight.machine, flight.call, flight.request);
  }

  leave(): void {
    for (const id of this.flights.keys()) this.giveUp(id);
  }
}

/** Delivers calls to machines and answers to drivers, past latency and holds. */
export class Dispatcher {
  readonly #machines: Machines;
  readonly #holds: Holds;
  readonly #faults: Faults;
  readonly #latencyMs: number;
  readonly #slowMs: number;
  #calls = 0;

  constructor(parts: {
    readonly machines: Machines;
    readonly holds: Holds;
    readonly faults: Faults;
    /** Real milliseconds that every call takes, and that a slow call takes besides. */
    readonly latencyMs: number;
    readonly slowMs: number;
  }) {
    this.#machines = parts.machines;
    this.#holds = parts.holds;
    this.#faults = parts.faults;
    this.#latencyMs = parts.latencyMs;
    this.#slowMs = parts.slowMs;
  }

  /** Calls served so far. */
  get calls(): number {
    return this.#calls;
  }

  /**
   * Serves one call. Without latency, holds and faults the call reaches the machine at once, so
   * calls keep their order.
   */
  async serve(driver: Driver, request: Request): Promise<void> {
    const machine = this.#machines.find(request.client) ?? null;
    const flight: Flight = { call: ++this.#calls, request, letGo: false, machine };
    driver.flights.set(request.id, flight);
    if (this.#latencyMs > 0) await sleep(this.#latencyMs);
    const passing = this.#passing(request);
    const before = passing && this.#holds.stopAt({ ...passing, effect: 'ahead' });
    if (before !== null) await before;
    if (flight.letGo) return;
    const fault = this.#faults.strike(request);
    if (fault === 'lostCall') return;
    if (fault === 'cutBefore') return driver.line.cut();
    if (fault === 'slowCall') await sleep(this.#slowMs);
    if (flight.letGo) return;
    const answer = this.#act(flight, request);
    const settled = answer instanceof Promise ? await answer : answer;
    const after = passing && this.#holds.stopAt({ ...passing, effect: 'done' });
    if (after !== null) await after;
    if (fault === 'slowAnswer') await sleep(this.#slowMs);
    if (!flight.letGo) deliver(driver, request.id, settled, fault);
  }

  /** The properties of a call that a hold may match; null when no hold exists. */
  #passing(request: Request): Omit<Passing, 'effect'> | null {
    const { client, op } = request;
    const machine = this.#machines.find(client);
    if (machine === undefined || !this.#holds.areOn(client)) return null;
    const step = stepOf(machine, request);
    return { client, op, step, isStepDone: () => step !== null && isStepDone(machine, step) };
  }

  #act(
    { call, machine }: Flight,
    request: Request,
  ): GatewayResult<unknown> | Promise<GatewayResult<unknown>> {
    if (machine === null) return unreachable(request.host);
    const outcome = this.#machines.visit(machine, (now) => perform(machine, call, request, now));
    return outcome.kind === 'answer' ? outcome.answer : this.#machines.answerTo(call);
  }
}

/** Delivers an answer to its driver, or what a fault makes of it. */
function deliver(driver: Driver, id: number, answer: GatewayResult<unknown>, fault: FaultKind | null): void {
  const { line } = driver;
  switch (fault) {
    case 'lostCall':
    case 'lostAnswer':
      return;
    case 'cutBefore':
    case 'cutAfter':
      return line.cut();
    case 'halfAnswer':
      return line.replyHalf(id, answer);
    case 'wrongLine':
      return line.say(wrongWords);
    case 'endlessAnswer':
      return line.pour();
    case 'wrongValue':
      driver.giveUp(id);
      return line.reply(id, ok(wrongWords));
    case 'wrongText':
      driver.flights.delete(id);
      return line.reply(id, withWrongText(answer));
    case 'slowCall':
    case 'slowAnswer':
    case null:
      driver.flights.delete(id);
      return line.reply(id, answer);
  }
}
