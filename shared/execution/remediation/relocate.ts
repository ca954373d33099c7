import {
  directoryOf,
  executableOf,
  executablePathOf,
  isSamePath,
  withExecutable,
  pathTypeOf,
} from '../../domain/observation/image-path.ts';
import type { PreImage, Service } from '../../domain/observation/observation.ts';
import type { Remediation, StepName } from '../../domain/remediation/procedure.ts';
import { ok } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayResult } from '../gateway.ts';
import { needsPassword, passwordNeeded } from '../service-account.ts';
import { copyVerified, hashFile, removeOurs } from './files.ts';
import { keepsRunning, settleMsOf, startToStay } from './keeps-running.ts';
import {
  configureService,
  differences,
  failed,
  findService,
  proveDependantsRun,
  readService,
  readWithDependants,
  startLikeBefore,
  stateBefore,
  stopService,
} from './service-control.ts';
import { runStateWords } from '../../domain/observation/words.ts';

type Step = (context: StepContext, service: string, preImage: PreImage) => Promise<GatewayResult<void>>;

/**
 * Reads the service, and where it is to be moved. Null when it is there already: its new place
 * would be recorded as its old one, and the way back would remove its only file. A service that
 * could not be reinstalled is refused here, before anything is changed.
 */
export async function recordService(
  context: StepContext,
  procedure: Remediation,
  name: string,
): Promise<GatewayResult<PreImage | null>> {
  const service = await readWithDependants(context, name);
  if (!service.ok) return service;
  const { relocatable } = context.rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const known = name.toLowerCase();
  const target = Object.hasOwn(relocatable, known) ? relocatable[known] : undefined;
  if (target === undefined) return failed(`the product profile does not say where to move ${name}`);
  const from = service.value.imagePath;
  const to = withExecutable(from, `${target.to}\\${target.executable}`);
  const executable = executablePathOf(service.value);
  if (isSamePath(executable, executableOf(to))) return ok(null);
  const sha256 = await hashFile(context, executable);
  if (!sha256.ok) return sha256;
  if (sha256.value === null) return failed(`${executable} is not there`);
  const { account } = service.value;
  const isReinstalled = procedure === 'relocation' && target.moveBy === 'reinstall';
  if (isReinstalled && needsPassword(account)) return failed(passwordNeeded(name, account));
  const by = isReinstalled ? ({ by: 'reinstall' } as const) : {};
  const preImage = { service: service.value, sha256: sha256.value, from, to, ...by };
  if (procedure !== 'relocation') return ok(preImage);
  const checked = await checkPlace(context, preImage, allowedIn(context, executableOf(to)));
  if (!checked.ok) return checked;
  const there = await hashFile(context, executableOf(to));
  if (!there.ok) return there;
  return ok(there.value === null ? preImage : { ...preImage, found: true });
}

/** Checks the place of the copy while the service still runs: nothing is to be stopped in vain. */
const checkPlace = (
  { gateway, change, rules }: StepContext,
  { service, to }: PreImage,
  allowed: readonly string[] | null,
): Promise<GatewayResult<void>> =>
  gateway.checkTarget(change, {
    from: executablePathOf(service),
    to: executableOf(to),
    apartFrom: rules.product.componentDirectory,
    allowed,
  });

/**
 * Removes the copy that servpack has made. The hash does not tell the copy from the original: where
 * the new path leads to the original by now, or a file was there before, nothing is removed.
 */
async function removeCopy(
  context: StepContext,
  _service: string,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  if (preImage.found === true) return ok(undefined);
  const checked = await checkPlace(context, preImage, null);
  if (!checked.ok) return checked.error.kind === 'failed' ? ok(undefined) : checked;
  return removeOurs(context, executableOf(preImage.to), preImage.sha256);
}

/** The steps of relocation and workaround. */
export const serviceSteps: Readonly<Partial<Record<StepName, Step>>> = {
  stop: (context, _service, preImage) => stopService(context, preImage),
  copy: (context, _service, { service, to, sha256 }) =>
    copyVerified(context, executablePathOf(service), executableOf(to), sha256),
  protect: protectCopy,
  repoint: (context, service, preImage) =>
    preImage.by === 'reinstall'
      ? reinstall(context, preImage, preImage.to)
      : configureStopped(context, service, preImage, {
          imagePath: preImage.to,
          ...pathTypeOf(preImage.service),
        }),
  start: (context, _service, preImage) => startLikeBefore(context, preImage),
  prove: proveMoved,
  setManual: (context, service) => configureService(context, service, { startType: 'manual' }),
  pointBack,
  startAgain: (context, service, preImage) => startToStay(context, preImage, settleMsOf(context, service)),
  removeCopy,
  restoreStartType: (context, service, { service: { startType } }) =>
    configureService(context, service, { startType }),
};

/** The steps of a way back. Its `stop` is another one than that of the way forward. */
export const backSteps: Readonly<Partial<Record<StepName, Step>>> = {
  ...serviceSteps,
  stop: stopPointedBack,
};

/**
 * Gives the service its old image path and start type. Neither needs a stopped service: a service
 * that cannot be stopped (error 1061) runs from its old place after the next start of the client.
 * A reinstalled service is deleted and installed again only where it is stopped.
 */
async function pointBack(
  context: StepContext,
  service: string,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const { from: imagePath, by } = preImage;
  if (by === 'reinstall') {
    const now = await findService(context, service);
    if (!now.ok) return now;
    if (now.value === null || now.value.state === 'stopped') return reinstall(context, preImage, imagePath);
  }
  const { startType } = preImage.service;
  return configureService(context, service, { imagePath, startType, ...pathTypeOf(preImage.service) });
}

/**
 * Stops the service, which has its old image path. Earlier versions stopped it before that, and
 * their records stand at this step with the new path, so it is read once more. A reinstalled
 * service that ran may be installed by half only: it is finished here.
 */
async function stopPointedBack(
  context: StepContext,
  service: string,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const pointed = await pointBack(context, service, preImage);
  if (!pointed.ok) return pointed;
  return preImage.by === 'reinstall'
    ? reinstall(context, preImage, preImage.from)
    : stopService(context, preImage);
}

/**
 * Until the directory is protected any user may write there, so the copy is checked again
 * afterwards, and copied again if it differs. No other file may be in the directory, for a service
 * loads libraries from it.
 */
async function protectCopy(
  context: StepContext,
  _service: string,
  { service, to, sha256 }: PreImage,
): Promise<GatewayResult<void>> {
  const safe = await context.gateway.protectDirectory(
    context.change,
    directoryOf(to),
    allowedIn(context, executableOf(to)),
  );
  return safe.ok ? copyVerified(context, executablePathOf(service), executableOf(to), sha256) : safe;
}

/**
 * The files that may be in the directory of a copy: the copy itself, and the executables that this
 * profile moves there, because more than one service may run from there.
 */
function allowedIn({ rules }: StepContext, copy: string): readonly string[] {
  const directory = directoryOf(copy);
  const moved = Object.values(rules.product.relocatable).filter(({ to }) => isSamePath(to, directory));
  return [copy.slice(directory.length + 1), ...moved.map(({ executable }) => executable)];
}

/**
 * Stops the service before it is configured. A client that restarted meanwhile has started the
 * service again, from the old place: a new image path alone would leave its process where it is.
 */
async function configureStopped(
  context: StepContext,
  service: string,
  preImage: PreImage,
  settings: Parameters<typeof configureService>[2],
): Promise<GatewayResult<void>> {
  const stopped = await stopService(context, preImage);
  return stopped.ok ? configureService(context, service, settings) : stopped;
}

/**
 * Moves the service as `rservice` does it: deletes it and installs it again at the other place,
 * with all settings that were stored. Only the client knows how far an earlier attempt got, so it
 * is asked to install the service even where all looks right: it finishes what is there by half.
 */
export async function reinstall(
  context: StepContext,
  preImage: PreImage,
  imagePath: string,
): Promise<GatewayResult<void>> {
  const { name, startType, account, dependsOn } = preImage.service;
  const { gateway, change } = context;
  const stopped = await stopService(context, preImage);
  if (!stopped.ok) return stopped;
  const now = await findService(context, name);
  if (!now.ok) return now;
  if (now.value !== null && now.value.imagePath !== imagePath) {
    // The service may have been given another account since it was recorded.
    if (needsPassword(now.value.account)) return failed(passwordNeeded(name, now.value.account));
    const deleted = await gateway.uninstallService(change, name);
    if (!deleted.ok) return deleted;
  }
  const installed = await gateway.installService(change, {
    name,
    imagePath,
    startType,
    account,
    dependsOn,
    ...pathTypeOf(preImage.service),
  });
  if (!installed.ok) return installed;
  const after = await readService(context, name);
  if (!after.ok) return after;
  const different = differences(after.value, { ...preImage.service, imagePath });
  return different.length === 0
    ? ok(undefined)
    : failed(`${name} was installed again, and is not as before: ${different.join(', ')}`);
}

/**
 * The service has the state from before the procedure, at its new place, with its old settings. One
 * that runs there still does so after the settle time.
 */
async function proveMoved(
  context: StepContext,
  service: string,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const settleMs = stateBefore(preImage) === 'running' ? settleMsOf(context, service) : 0;
  const lives = await keepsRunning(context, settleMs, () => readMoved(context, service, preImage));
  return lives.ok ? proveDependantsRun(context, preImage) : lives;
}

/** The service, when it is at its new place as it was at its old one. */
async function readMoved(
  context: StepContext,
  service: string,
  preImage: PreImage,
): Promise<GatewayResult<Service>> {
  const { gateway, change } = context;
  const now = await readService(context, service);
  if (!now.ok) return now;
  const different = differences(now.value, { ...preImage.service, imagePath: preImage.to });
  if (different.length > 0) return failed(`${service} is not as before: ${different.join(', ')}`);
  if (now.value.state !== stateBefore(preImage))
    return failed(`${service} is ${runStateWords[now.value.state]}`);
  // Until the directory was protected any user might have put another file there.
  const sha256 = await gateway.hashFile(change.target, executableOf(preImage.to), change.signal);
  if (!sha256.ok) return sha256;
  if (sha256.value !== preImage.sha256) return failed(`${executableOf(preImage.to)} is another file`);
  const moved = await proveProcessMoved(context, now.value, preImage);
  return moved.ok ? now : moved;
}

/**
 * Settings say where a service will run from; only its process says where it runs. So the process
 * must be seen in the new directory.
 */
async function proveProcessMoved(
  { gateway, change }: StepContext,
  { name, pid }: Service,
  { to }: PreImage,
): Promise<GatewayResult<void>> {
  if (pid === null) return ok(undefined);
  const request = { componentDirectory: directoryOf(to), files: [], services: [name] };
  const seen = await gateway.look(change.target, request, change.signal);
  if (!seen.ok) return seen;
  return seen.value.processes.some((process) => process.pid === pid)
    ? ok(undefined)
    : failed(`${name} runs, but process ${pid} does not run from ${directoryOf(to)}`);
}
