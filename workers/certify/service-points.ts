import { needsPassword } from '../../shared/execution/service-account.ts';
import { withDependants } from '../../shared/execution/remediation/dependants.ts';
import {
  executableOf,
  executablePathOf,
  withExecutable,
  pathTypeOf,
} from '../../shared/domain/observation/image-path.ts';
import type { Service } from '../../shared/domain/observation/observation.ts';
import { messageOf } from '../../shared/errors.ts';
import {
  changeBy,
  expectRefused,
  expectSame,
  forPuttingBack,
  hashOf,
  look,
  Mismatch,
  type Point,
  remove,
  serviceOf,
  type SpareMachine,
  valueOf,
} from './spare-machine.ts';
import { runStateWords } from '../../shared/domain/observation/words.ts';

const fileOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

/** A service before the trial, and the running services that depend on it, in order of a stop. */
interface Before {
  readonly service: Service;
  readonly dependants: readonly string[];
}

/**
 * Uses the service, and then puts its settings back and starts it and its dependants, also when
 * the use failed.
 */
async function withService(
  machine: SpareMachine,
  use: (name: string, service: Service) => Promise<void>,
): Promise<void> {
  const before = await readBefore(machine, machine.service ?? '');
  await usingIt(machine, before, () => use(before.service.name, before.service));
}

/** The same for a use that stops the service, which Windows does not do before its dependants. */
async function withStoppable(
  machine: SpareMachine,
  use: (name: string, service: Service) => Promise<void>,
): Promise<void> {
  const before = await readBefore(machine, machine.service ?? '');
  await usingIt(machine, before, async () => {
    await stopAll(machine, before.dependants);
    // As it is alone: what depends on it rests.
    const { neededBy: _stopped, ...service } = before.service;
    await use(service.name, service);
  });
}

async function usingIt(machine: SpareMachine, before: Before, use: () => Promise<void>): Promise<void> {
  const outcome = await use().then(
    () => null,
    (thrown: unknown) => messageOf(thrown),
  );
  const notPutBack = await putBack(forPuttingBack(machine), before);
  const faults = [outcome, notPutBack].filter((each) => each !== null);
  if (faults.length > 0) throw new Mismatch(faults.join('; '));
}

/** Throws `Mismatch`, before anything is changed, where something could not be put back. */
async function readBefore(machine: SpareMachine, name: string): Promise<Before> {
  const { gateway, target, signal } = machine;
  const service = await serviceOf(machine, name);
  if (/^svchost\.exe$/i.test(fileOf(executablePathOf(service))))
    throw new Mismatch(`${name} shares its process with others; name a service that has its own`);
  expectStartable(service);
  const find = (each: string) => gateway.readService(target, each, signal);
  const { neededBy: dependants = [] } = await valueOf(withDependants(find, service));
  for (const dependant of dependants)
    expectStartable(await serviceOf(machine, dependant), `, which depends on ${name},`);
  return { service, dependants };
}

function expectStartable({ name, state, startType }: Service, what = ''): void {
  if (state !== 'running') throw new Mismatch(`${name}${what} is ${runStateWords[state]}, must be running`);
  if (startType === 'disabled')
    throw new Mismatch(`${name}${what} is disabled and runs: after a stop it could not be started again`);
}

async function stopAll(machine: SpareMachine, names: readonly string[]): Promise<void> {
  for (const name of names) await valueOf(machine.gateway.stopService(changeBy(machine), name));
}

/** What could not be put back, in a sentence with the old settings. Null = all is as before. */
async function putBack(machine: SpareMachine, { service, dependants }: Before): Promise<string | null> {
  const { name, startType, imagePath } = service;
  const type = pathTypeOf(service);
  try {
    const now = await serviceOf(machine, name);
    if (now.startType !== startType || now.imagePath !== imagePath) {
      await stopAll(machine, [...dependants, name]);
      await valueOf(
        machine.gateway.configureService(changeBy(machine), name, { startType, imagePath, ...type }),
      );
    }
    for (const each of [name, ...dependants.toReversed()])
      await valueOf(machine.gateway.startService(changeBy(machine), each));
    expectSame(settled(await serviceOf(machine, name)), settled(service), 'the service afterwards');
    for (const each of dependants)
      expectSame((await serviceOf(machine, each)).state, 'running', `the state of ${each}`);
    return null;
  } catch (thrown) {
    const others = dependants.length === 0 ? '' : `, and so did ${dependants.join(', ')}`;
    return `NOT PUT BACK: ${name} had start type ${startType} and image path ${imagePath}, and ran${others}: ${messageOf(thrown)}`;
  }
}

/** What a start does not change: it gives another process, and dependants in another order. */
const settled = ({ neededBy: _dependants, ...service }: Service): Service => ({ ...service, pid: 0 });

export const servicePoints: readonly Point[] = [
  {
    says: 'the service is stopped after a stop, and runs after a start; the same order twice is fine',
    needs: 'service',
    try: (machine) =>
      withStoppable(machine, async (name) => {
        await valueOf(machine.gateway.stopService(changeBy(machine), name));
        await valueOf(machine.gateway.stopService(changeBy(machine), name));
        const { state, pid } = await serviceOf(machine, name);
        expectSame({ state, pid }, { state: 'stopped', pid: null }, 'the stopped service');
        await valueOf(machine.gateway.startService(changeBy(machine), name));
        await valueOf(machine.gateway.startService(changeBy(machine), name));
        const again = await serviceOf(machine, name);
        expectSame(again.state, 'running', 'its state');
        expectSame(again.pid === null, false, 'that it has no process');
      }),
  },
  {
    says: 'the start type of the service is changed and put back; account, path and dependencies stay',
    needs: 'service',
    try: (machine) =>
      withService(machine, async (name, before) => {
        await valueOf(machine.gateway.configureService(changeBy(machine), name, { startType: 'manual' }));
        expectSame(await serviceOf(machine, name), { ...before, startType: 'manual' }, 'the service');
        await valueOf(
          machine.gateway.configureService(changeBy(machine), name, { startType: before.startType }),
        );
        expectSame(await serviceOf(machine, name), before, 'the service afterwards');
      }),
  },
  {
    says: 'the file that the service runs from cannot be written, and a look names the file and the process',
    needs: 'service',
    try: (machine) => withService(machine, (name, before) => proveLocked(machine, name, before)),
  },
  {
    says: 'the service is moved to another folder and runs from there, and is moved back',
    needs: 'service',
    try: (machine) => withStoppable(machine, (name, before) => proveMove(machine, name, before)),
  },
  {
    says: 'a service that is deleted and installed again keeps its settings; one whose account needs a password is refused',
    needs: 'service',
    try: (machine) => withStoppable(machine, (name, before) => proveReinstall(machine, name, before)),
  },
];

async function proveLocked(machine: SpareMachine, name: string, service: Service): Promise<void> {
  const { gateway, folder } = machine;
  const { pid } = service;
  const [executable, copy] = [executablePathOf(service), `${folder}\\ONE.TXT`];
  const before = await hashOf(machine, executable);
  // The same content: nothing is lost where the machine allows the write.
  await valueOf(gateway.copyFile(changeBy(machine), executable, copy));
  await expectRefused(gateway.copyFile(changeBy(machine), copy, executable), 'failed', 'writing it');
  expectSame(await hashOf(machine, executable), before, 'its hash');
  await remove(machine, copy);
  const directory = executable.slice(0, executable.lastIndexOf('\\'));
  const services = [...new Set([...machine.request.services, name])];
  const seen = await look({
    ...machine,
    request: { ...machine.request, componentDirectory: directory, services },
  });
  const isLocked = seen.locked.some((each) => each.toLowerCase() === fileOf(executable).toLowerCase());
  expectSame(isLocked, true, 'that it is locked');
  expectSame(
    seen.processes.some((each) => each.pid === pid),
    true,
    'that its process is among those that run there',
  );
}

async function proveReinstall(
  machine: SpareMachine,
  name: string,
  { imagePath, startType, account, dependsOn, ...stored }: Service,
): Promise<void> {
  const { gateway, target, signal } = machine;
  const service = {
    name,
    imagePath,
    startType,
    account,
    dependsOn,
    ...pathTypeOf(stored),
  };
  if (needsPassword(account))
    return expectRefused(
      gateway.installService(changeBy(machine), service),
      'failed',
      'installing it without its password',
    );
  await valueOf(gateway.stopService(changeBy(machine), name));
  const before = await serviceOf(machine, name);
  try {
    await valueOf(gateway.uninstallService(changeBy(machine), name));
    expectSame(
      await valueOf(gateway.readService(target, name, signal)),
      null,
      'the service that was deleted',
    );
  } finally {
    await valueOf(gateway.installService(changeBy(forPuttingBack(machine)), service));
  }
  expectSame(await serviceOf(machine, name), before, 'the service that was installed again');
}

/** A relocation as servpack makes it, and the way back. */
async function proveMove(machine: SpareMachine, name: string, service: Service): Promise<void> {
  const { gateway, folder } = machine;
  const { imagePath } = service;
  const type = pathTypeOf(service);
  const executable = executablePathOf(service);
  const copy = `${folder}\\${fileOf(executable)}`;
  try {
    await valueOf(gateway.stopService(changeBy(machine), name));
    await valueOf(
      gateway.configureService(changeBy(machine), name, {
        imagePath: withExecutable(imagePath, copy),
        ...type,
      }),
    );
    await expectRefused(
      gateway.startService(changeBy(machine), name),
      'failed',
      'starting it without its file',
    );
    await valueOf(gateway.copyFile(changeBy(machine), executable, copy));
    await valueOf(gateway.protectDirectory(changeBy(machine), folder, [fileOf(executable)]));
    await valueOf(gateway.startService(changeBy(machine), name));
    const moved = await serviceOf(machine, name);
    expectSame(executableOf(moved.imagePath), copy, 'its executable');
    expectSame(moved.state, 'running', 'its state');
    const seen = await look({
      ...machine,
      request: { ...machine.request, componentDirectory: folder, services: [name] },
    });
    expectSame(
      seen.processes.map(({ pid }) => pid).includes(moved.pid ?? -1),
      true,
      'that it runs from there',
    );
    await valueOf(gateway.stopService(changeBy(machine), name));
  } finally {
    const after = forPuttingBack(machine);
    await gateway.stopService(changeBy(after), name);
    await gateway.configureService(changeBy(after), name, { imagePath, ...type });
    await gateway.removeFile(changeBy(after), copy);
  }
}
