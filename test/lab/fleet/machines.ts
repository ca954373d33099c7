import { type Agent, genericAgent } from '../../../orchestrator/simulation/machines/agent.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { GatewayResult } from '../../../shared/execution/gateway.ts';
import { advance, nextAt } from '../../../orchestrator/simulation/machines/advance.ts';
import type { FileContent } from '../../../orchestrator/simulation/machines/disk.ts';
import { createMachine } from '../../../orchestrator/simulation/machines/create.ts';
import type { FleetRow } from '../../../orchestrator/simulation/machines/fleet-row.ts';
import type { LogonServer, StagedRelease } from '../../../orchestrator/simulation/machines/logon-server.ts';
import type { Machine, World } from '../../../orchestrator/simulation/machines/machine.ts';
import type { TraitSet } from '../../../orchestrator/simulation/machines/traits.ts';
import { MomentQueue } from './moment-queue.ts';

export interface MachinesSetup {
  readonly rows: readonly FleetRow[];
  readonly seed: string;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly traits: TraitSet;
  /** The generic one when left out. */
  readonly agent?: Agent;
  readonly release: StagedRelease;
  readonly checkIn: (machine: Machine, transcript: string) => void;
}

/** Real time. A clock that a test moves forward is noticed within this time. */
const longestDelay = 100;

/**
 * All machines of the lab. A machine advances when its own next moment comes or when a call reaches
 * it. One queue and one timer serve all machines, so 100,000 machines cost only what happens on
 * them.
 */
export class Machines {
  readonly #clock: Clock;
  readonly #byClient = new Map<string, Machine>();
  readonly #moments = new MomentQueue<Machine>();
  /** The earliest moment of each machine in the queue. */
  readonly #queuedAt = new Map<Machine, number>();
  readonly #waiting = new Map<number, (answer: GatewayResult<unknown>) => void>();
  #timer: { readonly at: number; readonly handle: NodeJS.Timeout } | null = null;
  #running = false;

  constructor({
    rows,
    seed,
    traits,
    agent = genericAgent,
    clock,
    startedAt,
    release,
    checkIn,
  }: MachinesSetup) {
    this.#clock = clock;
    const world: World = {
      seed,
      startedAt,
      traits,
      agent,
      servers: new Map(rows.map(({ logonServer: name }): [string, LogonServer] => [name, { name, release }])),
      disks: new Map<string, ReadonlyMap<string, FileContent>>(),
      mornings: new Map(),
      keys: new Map(),
      texts: new Map(),
      shownFiles: new Map(),
      realNow: () => Date.now(),
      answered: (call, answer) => this.#answer(call, answer),
      // Events before the lab was switched on are not reported.
      checkIn: (machine, transcript) => {
        if (this.#running) checkIn(machine, transcript);
      },
    };
    for (const row of rows) this.#byClient.set(row.client, createMachine(world, row));
    this.#running = true;
    for (const machine of this.#byClient.values()) this.#queue(machine);
    this.#setTimer();
  }

  all(): MapIterator<Machine> {
    return this.#byClient.values();
  }

  get size(): number {
    return this.#byClient.size;
  }

  find(client: string): Machine | undefined {
    return this.#byClient.get(client);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Runs something on a machine at the present time, after everything due on it. */
  visit<T>(machine: Machine, act: (now: number) => T): T {
    const now = this.#clock.now();
    advance(machine, now);
    const result = act(now);
    this.#queue(machine);
    this.#setTimer();
    return result;
  }

  /** The answer to a call that a machine has not finished. */
  answerTo(call: number): Promise<GatewayResult<unknown>> {
    const { promise, resolve } = Promise.withResolvers<GatewayResult<unknown>>();
    this.#waiting.set(call, resolve);
    return promise;
  }

  stop(): void {
    this.#running = false;
    if (this.#timer !== null) clearTimeout(this.#timer.handle);
    this.#timer = null;
  }

  #answer(call: number, answer: GatewayResult<unknown>): void {
    this.#waiting.get(call)?.(answer);
    this.#waiting.delete(call);
  }

  /** A machine may be in the queue more than once; only its earliest entry counts. */
  #queue(machine: Machine): void {
    const at = nextAt(machine);
    if (at >= (this.#queuedAt.get(machine) ?? Infinity)) return;
    this.#queuedAt.set(machine, at);
    this.#moments.add(at, machine);
  }

  #setTimer(): void {
    const at = this.#moments.earliest()?.at ?? Infinity;
    if (!this.#running || at === Infinity || at >= (this.#timer?.at ?? Infinity)) return;
    if (this.#timer !== null) clearTimeout(this.#timer.handle);
    const delay = Math.min(this.#clock.realDelay(at), longestDelay);
    this.#timer = { at, handle: setTimeout(() => this.#onTimer(), delay) };
  }

  #onTimer(): void {
    this.#timer = null;
    const now = this.#clock.now();
    for (let due = this.#moments.takeDue(now); due !== undefined; due = this.#moments.takeDue(now)) {
      const { at, item } = due;
      if (this.#queuedAt.get(item) !== at) continue;
      this.#queuedAt.delete(item);
      advance(item, now);
      this.#queue(item);
    }
    this.#setTimer();
  }
}
