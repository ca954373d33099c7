import { needsPassword } from '../gateways/service-account.ts';
import { executableOf, withExecutable } from '../../shared/domain/observation/image-path.ts';
import type { Service } from '../../shared/domain/observation/observation.ts';
import { messageOf } from '../../shared/errors.ts';
import {
  type Bench,
  by,
  Different,
  good,
  hashOf,
  look,
  puttingBack,
  refused,
  remove,
  same,
  serviceOf,
} from './bench.ts';
import type { Point } from './point.ts';

const fileOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

/** Does something with the service, and leaves it running with the settings that it had, whatever comes of it. */
async function withService(
  bench: Bench,
  use: (name: string, before: Service) => Promise<void>,
): Promise<void> {
  const name = bench.service ?? '';
  const before = await serviceOf(bench, name);
  if (before.state !== 'running') throw new Different(`${name} is ${before.state}, must be running`);
  if (/^svchost\.exe$/i.test(fileOf(executableOf(before.imagePath))))
    throw new Different(`${name} shares its process with others; name a service that has its own`);
  const outcome = await use(name, before).then(
    () => null,
    (thrown: unknown) => messageOf(thrown),
  );
  const left = await putBack(puttingBack(bench), before);
  const said = [outcome, left].filter((each) => each !== null);
  if (said.length > 0) throw new Different(said.join('; '));
}

/** What could not be put back, in a sentence that says how it was; null when all could. */
async function putBack(bench: Bench, before: Service): Promise<string | null> {
  const { name, startType, imagePath } = before;
  try {
    const now = await serviceOf(bench, name);
    if (now.startType !== startType || now.imagePath !== imagePath) {
      await good(bench.gateway.stopService(by(bench), name));
      await good(bench.gateway.configureService(by(bench), name, { startType, imagePath }));
    }
    await good(bench.gateway.startService(by(bench), name));
    const after = await serviceOf(bench, name);
    same({ ...after, pid: 0 }, { ...before, pid: 0 }, 'the service afterwards');
    return null;
  } catch (thrown) {
    return `NOT PUT BACK: ${name} had start type ${startType} and image path ${imagePath}, and ran: ${messageOf(thrown)}`;
  }
}

export const servicePoints: readonly Point[] = [
  {
    says: 'the service is stopped when it is said to be, and started again; the same order twice is fine',
    needs: 'service',
    try: (bench) =>
      withService(bench, async (name) => {
        await good(bench.gateway.stopService(by(bench), name));
        await good(bench.gateway.stopService(by(bench), name));
        const { state, pid } = await serviceOf(bench, name);
        same({ state, pid }, { state: 'stopped', pid: null }, 'the stopped service');
        await good(bench.gateway.startService(by(bench), name));
        await good(bench.gateway.startService(by(bench), name));
        const again = await serviceOf(bench, name);
        same(again.state, 'running', 'its state');
        same(again.pid === null, false, 'that it has no process');
      }),
  },
  {
    says: 'its start type is changed and put back; account, path and dependencies stay',
    needs: 'service',
    try: (bench) =>
      withService(bench, async (name, before) => {
        await good(bench.gateway.configureService(by(bench), name, { startType: 'manual' }));
        same(await serviceOf(bench, name), { ...before, startType: 'manual' }, 'the service');
        await good(bench.gateway.configureService(by(bench), name, { startType: before.startType }));
        same(await serviceOf(bench, name), before, 'the service afterwards');
      }),
  },
  {
    says: 'the file that it runs from can not be written or removed, and a look says so and whose process it is',
    needs: 'service',
    try: (bench) => withService(bench, (name, before) => isHeld(bench, name, before)),
  },
  {
    says: 'it is moved to another folder and runs from there, and is moved back',
    needs: 'service',
    try: (bench) => withService(bench, (name, before) => moves(bench, name, before)),
  },
  {
    says: 'a service that is installed anew keeps its settings; one whose account needs a password is refused',
    needs: 'service',
    try: (bench) => withService(bench, (name, before) => isInstalledAnew(bench, name, before)),
  },
];

async function isHeld(bench: Bench, name: string, { imagePath, pid }: Service): Promise<void> {
  const { gateway, folder } = bench;
  const [executable, copy] = [executableOf(imagePath), `${folder}\\ONE.TXT`];
  const before = await hashOf(bench, executable);
  // The same content: where the machine lets it be written, nothing is lost.
  await good(gateway.copyFile(by(bench), executable, copy));
  await refused(gateway.copyFile(by(bench), copy, executable), 'failed', 'writing it');
  same(await hashOf(bench, executable), before, 'its hash');
  await remove(bench, copy);
  const directory = executable.slice(0, executable.lastIndexOf('\\'));
  const services = [...new Set([...bench.request.services, name])];
  const seen = await look({
    ...bench,
    request: { ...bench.request, componentDirectory: directory, services },
  });
  const isLocked = seen.locked.some((each) => each.toLowerCase() === fileOf(executable).toLowerCase());
  same(isLocked, true, 'that it is locked');
  same(
    seen.processes.some((each) => each.pid === pid),
    true,
    'that its process is among those that run there',
  );
}

async function isInstalledAnew(
  bench: Bench,
  name: string,
  { imagePath, startType, account, dependsOn }: Service,
): Promise<void> {
  const { gateway, target, signal } = bench;
  const service = { name, imagePath, startType, account, dependsOn };
  if (needsPassword(account))
    return refused(
      gateway.installService(by(bench), service),
      'failed',
      'installing it without its password',
    );
  await good(gateway.stopService(by(bench), name));
  const before = await serviceOf(bench, name);
  try {
    await good(gateway.uninstallService(by(bench), name));
    same(await good(gateway.readService(target, name, signal)), null, 'the service that was deleted');
  } finally {
    await good(gateway.installService(by(puttingBack(bench)), service));
  }
  same(await serviceOf(bench, name), before, 'the service that was installed anew');
}

/** A relocation as servpack makes it, and its way back. */
async function moves(bench: Bench, name: string, { imagePath }: Service): Promise<void> {
  const { gateway, folder } = bench;
  const executable = executableOf(imagePath);
  const copy = `${folder}\\${fileOf(executable)}`;
  try {
    await good(gateway.stopService(by(bench), name));
    await good(gateway.configureService(by(bench), name, { imagePath: withExecutable(imagePath, copy) }));
    await refused(gateway.startService(by(bench), name), 'failed', 'starting it without its file');
    await good(gateway.copyFile(by(bench), executable, copy));
    await good(gateway.protectDirectory(by(bench), folder, [fileOf(executable)]));
    await good(gateway.startService(by(bench), name));
    const moved = await serviceOf(bench, name);
    same(executableOf(moved.imagePath), copy, 'its executable');
    same(moved.state, 'running', 'its state');
    const seen = await look({
      ...bench,
      request: { ...bench.request, componentDirectory: folder, services: [name] },
    });
    same(seen.processes.map(({ pid }) => pid).includes(moved.pid ?? -1), true, 'that it runs from there');
    await good(gateway.stopService(by(bench), name));
  } finally {
    const after = puttingBack(bench);
    await gateway.stopService(by(after), name);
    await gateway.configureService(by(after), name, { imagePath });
    await gateway.removeFile(by(after), copy);
  }
}
