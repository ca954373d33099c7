import type { Service } from '../../../shared/domain/observation/observation.ts';
import { err, ok } from '../../../shared/errors.ts';
import type { Change, Gateway, GatewayResult, Target } from '../../../shared/execution/gateway.ts';
import { look, type Machine, mark, newMachine, restart } from './machine.ts';

/**
 * A gateway without a network: the clients are objects of the worker's own process and answer
 * within the same turn, behind the port that every gateway has. So the bench measures servpack and
 * its queue, beside a bare queue whose processor does no I/O either.
 * @param looked called with every look, before the look is answered
 */
export function inProcessGateway(looked: (client: string) => void): Gateway {
  const machines = new Map<string, Machine>();
  const machineOf = ({ client }: Target): Machine => {
    const machine = machines.get(client) ?? newMachine(client);
    machines.set(client, machine);
    return machine;
  };
  const change = (asked: Change, make: (machine: Machine) => void): Promise<GatewayResult<void>> =>
    Promise.resolve(changeOn(machineOf(asked.target), asked, make));
  const command = async (asked: Change, make: (machine: Machine) => void) => {
    const changed = await change(asked, make);
    return changed.ok ? ok({ exitCode: 0, output: 'SetupPhase=UPGRADE' }) : changed;
  };
  return {
    look: async (target, request) => {
      looked(target.client);
      return ok(look(machineOf(target), request, Date.now()));
    },
    readService: async (target) => serviceOf(machineOf(target)),
    hashFile: async (target, path) => ok(hashOf(machineOf(target), path)),
    mark: (asked) => command(asked, mark),
    unmark: (asked) => command(asked, (machine) => void (machine.marked = false)),
    runUpdate: (asked) => command(asked, mark),
    restart: (asked) => change(asked, restart),
    notify: (asked) => change(asked, () => undefined),
    stopService: (asked) => change(asked, (machine) => serviceIs(machine, { state: 'stopped', pid: null })),
    startService: (asked) => change(asked, (machine) => serviceIs(machine, { state: 'running', pid: 92 })),
    configureService: (asked, _name, settings) => change(asked, (machine) => serviceIs(machine, settings)),
    uninstallService: (asked) => change(asked, () => undefined),
    installService: (asked, { imagePath }) => change(asked, (machine) => serviceIs(machine, { imagePath })),
    copyFile: (asked) => change(asked, (machine) => void (machine.copied = true)),
    removeFile: (asked) => change(asked, (machine) => void (machine.copied = false)),
    checkTarget: (asked) => change(asked, () => undefined),
    protectDirectory: (asked) => change(asked, () => undefined),
    canReadShare: async () => ok(true),
    uploadFile: (asked) => change(asked, (machine) => void (machine.copied = true)),
    replaceAtRestart: (asked) => change(asked, () => undefined),
    takeOver: async (asked) => {
      const taken = await change(asked, () => undefined);
      return taken.ok ? ok(machineOf(asked.target).intent) : taken;
    },
    readIntent: async (target) => ok(machineOf(target).intent),
    writeIntent: (asked, intent) => change(asked, (machine) => void (machine.intent = intent)),
    close: async () => machines.clear(),
  };
}

/** Every client refuses a driver that is older than the newest it has seen. */
function changeOn(
  machine: Machine,
  { fence }: Change,
  make: (machine: Machine) => void,
): GatewayResult<void> {
  const { fence: newest } = machine;
  if (newest !== null && fence.counter < newest.counter) return err({ kind: 'fenced', message: 'older' });
  machine.fence = fence;
  make(machine);
  return ok(undefined);
}

function serviceIs(machine: Machine, settings: Partial<Service>): void {
  if (machine.service !== null) machine.service = { ...machine.service, ...settings };
}

const serviceOf = ({ service }: Machine): GatewayResult<Service> =>
  service === null ? err({ kind: 'failed', message: 'no such service' }) : ok(service);

/** The one file that is asked for is the service's executable, in its old place or as the copy. */
const hashOf = ({ copied }: Machine, path: string): string | null =>
  path.startsWith('C:\\MS\\') || copied ? 'the-hash-of-pcmsvc32' : null;
