import { labClock } from '../../../shared/clock.ts';
import { contentOf } from '../../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../../orchestrator/simulation/machines/logon-server.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import { Machines } from '../fleet/machines.ts';
import { type Trait, traitOf } from '../../../orchestrator/simulation/machines/traits.ts';
import { type SshKeys, type SshServerOptions, startSshServer, type SshServer } from './server.ts';

const seed = 'contract';
/** Monday, before the users come to work. */
const mondayAtFive = Date.UTC(2026, 10, 23, 5);

/** A machine of the lab with an sshd of its own. The minutes of a restart take milliseconds. */
export interface OneMachine {
  readonly client: string;
  readonly machine: Machine;
  readonly server: SshServer;
  readonly close: () => Promise<void>;
}

interface OneMachineOptions extends SshServerOptions {
  /** Properties of the machine, independent of a fleet file. */
  readonly role?: 'workstation' | 'server';
}

export async function openOneMachine(
  trait: Trait,
  keys: SshKeys,
  { role = 'workstation', ...options }: OneMachineOptions = {},
): Promise<OneMachine> {
  // A fleet has rare traits only when it asks for all of them.
  const names = Array.from({ length: 1_000 }, (_, n) => `PC${n}`);
  const client = names.find((name) => traitOf(seed, name, 'all') === trait) ?? '';
  const machines = new Machines({
    rows: [{ client, host: client, logonServer: 'LS1', zone: 'UTC', role }],
    seed,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    startedAt: mondayAtFive,
    traits: 'all',
    release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
    checkIn: () => undefined,
  });
  const machine = machines.find(client);
  if (machine === undefined) throw new Error(`no client with the trait ${trait}`);
  const server = await startSshServer(machines, machine, keys, options);
  return {
    client,
    machine,
    server,
    close: async () => {
      await server.close();
      machines.stop();
    },
  };
}
