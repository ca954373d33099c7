import { directoryOf, executableOf, withExecutable } from '../../shared/domain/observation/image-path.ts';
import type { PreImage } from '../../shared/domain/observation/observation.ts';
import type { Remediation, StepName } from '../../shared/domain/remediation/procedure.ts';
import { needsPassword, passwordNeeded } from '../gateways/service-account.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { copyVerified, hashFile, removeOurs } from './files.ts';
import { reinstall } from './reinstall.ts';
import { configureService, failed, proveMoved, readService, type Runner } from './service-control.ts';
import { startLikeBefore, stopService } from './start-stop.ts';

type Step = (runner: Runner, service: string, preImage: PreImage) => Promise<GatewayResult<void>>;

/**
 * Reads the service as it is, and where it is to go. Null when it is where it is to go already: what would be recorded as its old place
 * is its new one, and a way back would take its only file away. A service that could not be made anew is refused here, before anything is changed.
 */
export async function recordService(
  runner: Runner,
  procedure: Remediation,
  name: string,
): Promise<GatewayResult<PreImage | null>> {
  const service = await readService(runner, name);
  if (!service.ok) return service;
  const { relocatable } = runner.rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const known = name.toLowerCase();
  const target = Object.hasOwn(relocatable, known) ? relocatable[known] : undefined;
  if (target === undefined) return failed(`the product profile does not say where to move ${name}`);
  const from = service.value.imagePath;
  const to = withExecutable(from, `${target.to}\\${target.executable}`);
  if (from.toLowerCase() === to.toLowerCase()) return ok(null);
  const sha256 = await hashFile(runner, executableOf(from));
  if (!sha256.ok) return sha256;
  if (sha256.value === null) return failed(`${executableOf(from)} is not there`);
  const { account } = service.value;
  const isReinstalled = procedure === 'relocation' && target.moveBy === 'reinstall';
  if (isReinstalled && needsPassword(account)) return failed(passwordNeeded(name, account));
  const by = isReinstalled ? ({ by: 'reinstall' } as const) : {};
  return ok({ service: service.value, sha256: sha256.value, from, to, ...by });
}

/** The steps of relocation and workaround. */
export const serviceSteps: Readonly<Partial<Record<StepName, Step>>> = {
  stop: (runner, _service, preImage) => stopService(runner, preImage),
  copy: (runner, _service, { from, to, sha256 }) =>
    copyVerified(runner, executableOf(from), executableOf(to), sha256),
  protect: protectCopy,
  repoint: (runner, service, preImage) =>
    preImage.by === 'reinstall'
      ? reinstall(runner, preImage, preImage.to)
      : pointStopped(runner, service, preImage, { imagePath: preImage.to }),
  start: (runner, _service, preImage) => startLikeBefore(runner, preImage),
  prove: proveMoved,
  setManual: (runner, service) => configureService(runner, service, { startType: 'manual' }),
  pointBack: (runner, service, preImage) => {
    const { from: imagePath, service: before, by } = preImage;
    if (by === 'reinstall') return reinstall(runner, preImage, imagePath);
    return pointStopped(runner, service, preImage, { imagePath, startType: before.startType });
  },
  startAgain: (runner, _service, preImage) => startLikeBefore(runner, preImage),
  removeCopy: (runner, _service, { to, sha256 }) => removeOurs(runner, executableOf(to), sha256),
  restoreStartType: (runner, service, { service: { startType } }) =>
    configureService(runner, service, { startType }),
};

/**
 * What anybody could write there before the directory was protected is not trusted: the copy is checked, and made, again, and nothing else may
 * lie beside it, for a service loads libraries from there.
 */
async function protectCopy(
  runner: Runner,
  _service: string,
  { from, to, sha256 }: PreImage,
): Promise<GatewayResult<void>> {
  const directory = directoryOf(to);
  const safe = await runner.gateway.protectDirectory(runner.change, directory, [
    executableOf(to).slice(directory.length + 1),
    ...movedInto(runner, directory),
  ]);
  return safe.ok ? copyVerified(runner, executableOf(from), executableOf(to), sha256) : safe;
}

/** Names of the executables that this profile moves to the same directory: more than one service may run from there. */
const movedInto = ({ rules }: Runner, directory: string): readonly string[] =>
  Object.values(rules.product.relocatable)
    .filter(({ to }) => to.toLowerCase() === directory.toLowerCase())
    .map(({ executable }) => executable);

/**
 * A client that restarted meanwhile has started the service again, from the old place: a new image path alone would leave its
 * process where it is.
 */
async function pointStopped(
  runner: Runner,
  service: string,
  preImage: PreImage,
  settings: Parameters<typeof configureService>[2],
): Promise<GatewayResult<void>> {
  const stopped = await stopService(runner, preImage);
  return stopped.ok ? configureService(runner, service, settings) : stopped;
}
