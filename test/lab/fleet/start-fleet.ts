import { type Clock, systemClock } from '../../../shared/clock.ts';
import type { InstalledAs } from '../../../shared/execution/gateway.ts';
import type { Agent } from '../../../orchestrator/simulation/machines/agent.ts';
import { CheckIns, type CheckInTarget } from './check-ins.ts';
import type { FleetControl } from './control.ts';
import { Dispatcher } from './dispatcher.ts';
import type { FleetRow } from '../../../orchestrator/simulation/machines/fleet-row.ts';
import { Faults } from './faults.ts';
import { Holds } from './holds.ts';
import { Lab } from './lab.ts';
import type { StagedRelease } from '../../../orchestrator/simulation/machines/logon-server.ts';
import type { Machine, ServiceTrouble } from '../../../orchestrator/simulation/machines/machine.ts';
import { Machines } from './machines.ts';
import { plant } from '../../../orchestrator/simulation/machines/permissions.ts';
import { failPower } from '../../../orchestrator/simulation/machines/power.ts';
import { configureService } from '../../../orchestrator/simulation/machines/service-control.ts';
import { addService } from '../../../orchestrator/simulation/machines/service-install.ts';
import type { TraitSet } from '../../../orchestrator/simulation/machines/traits.ts';
import { FleetServer } from './server.ts';

export interface FleetSetup {
  readonly rows: readonly FleetRow[];
  readonly seed: string;
  /** Which troubles exist; the usual ones when left out. */
  readonly traits?: TraitSet;
  /** The second product on machines with a trait of the agents; the generic one when left out. */
  readonly agent?: Agent;
  readonly release: StagedRelease;
  readonly clock?: Clock;
  /**
   * Lab time at which the fleet is switched on; now when left out. The same moment makes the same
   * fleet.
   */
  readonly startedAt?: number;
  /** Default: loopback. */
  readonly host?: string;
  /** 0 = any. */
  readonly port?: number;
  readonly checkIn?: CheckInTarget;
  /** Real milliseconds that every call takes. */
  readonly latencyMs?: number;
  /** Share of the calls that fail in some way, by chance of the seed. */
  readonly faultRate?: number;
  /** Real milliseconds that a call with the fault `slow…` takes. */
  readonly slowMs?: number;
}

export interface Fleet extends FleetControl {
  readonly port: number;
  /**
   * A user without administrator rights puts a file on a client. The user owns a folder that is
   * new.
   */
  plant(client: string, path: string): void;
  /** A person installs a service on a client and starts it. */
  addService(client: string, service: InstalledAs): void;
  /** From now on this is wrong with a service of a client. */
  trouble(client: string, trouble: ServiceTrouble): void;
  /** The power of a client fails, and comes back. */
  powerFailure(client: string): void;
  /** A person changes stored settings of a service. */
  setService(client: string, name: string, settings: { readonly imagePath: string }): void;
  close(): Promise<void>;
}

/** Switches a fleet on in this process. Rejects when the port is taken. */
export async function startFleet(setup: FleetSetup): Promise<Fleet> {
  const { rows, seed, release, clock = systemClock, startedAt = clock.now() } = setup;
  const checkIns = new CheckIns(setup.checkIn ?? null);
  const machines = new Machines({
    rows,
    seed,
    clock,
    startedAt,
    traits: setup.traits ?? 'usual',
    ...(setup.agent === undefined ? {} : { agent: setup.agent }),
    release,
    checkIn: (machine, transcript) => checkIns.post(machine, transcript),
  });
  const holds = new Holds();
  const faults = new Faults(seed);
  if (setup.faultRate !== undefined && setup.faultRate > 0) faults.add({ rate: setup.faultRate });
  const { latencyMs = 0, slowMs = 2_000 } = setup;
  const dispatcher = new Dispatcher({ machines, holds, faults, latencyMs, slowMs });
  const hashes = Object.fromEntries(
    [...release.files].map(([name, { sha256 }]) => [name.toLowerCase(), sha256]),
  );
  const lab = new Lab({ machines, holds, faults, dispatcher, checkIns, release: hashes });
  const server = new FleetServer(dispatcher, lab);
  const port = await server.listen(setup.port ?? 0, setup.host);
  return {
    port,
    truth: () => lab.truth(),
    clientTruth: (client) => lab.clientTruth(client),
    summary: () => lab.summary(),
    hold: (order) => lab.hold(order),
    fault: (order) => lab.fault(order),
    plant: (client, path) => plant(machineOf(machines, client), path),
    addService: (client, service) => {
      const machine = machineOf(machines, client);
      machines.visit(machine, (now) => addService(machine, service, now));
    },
    trouble: (client, trouble) => {
      const machine = machineOf(machines, client);
      machine.troubles = [...machine.troubles, trouble];
    },
    powerFailure: (client) => {
      const machine = machineOf(machines, client);
      machines.visit(machine, (now) => failPower(machine, now));
    },
    setService: (client, name, settings) => {
      const machine = machineOf(machines, client);
      machines.visit(machine, () => configureService(machine, name, settings));
    },
    close: async () => {
      machines.stop();
      checkIns.stop();
      await server.close();
    },
  };
}

function machineOf(machines: Machines, client: string): Machine {
  const machine = machines.find(client);
  if (machine === undefined) throw new Error(`no client ${client}`);
  return machine;
}
