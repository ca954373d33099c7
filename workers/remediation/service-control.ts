import type { Clock } from '../../shared/clock.ts';
import type {
  Intent,
  PreImage,
  Service,
  ServiceRunState,
  StartType,
} from '../../shared/domain/observation/observation.ts';
import { directoryOf, executableOf } from '../../shared/domain/observation/image-path.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { err, ok } from '../../shared/errors.ts';
import type { ReleaseFolder } from '../release-folder.ts';
import type { Change, Gateway, GatewayFailure, GatewayResult } from '../gateways/gateway.ts';

/** What a step of a procedure works with. */
export interface Runner {
  readonly rules: Rules;
  readonly gateway: Gateway;
  readonly change: Change;
  /** The step may have been begun before, by this driver or by one that was lost: nothing of it is sent unseen. */
  readonly resumes: boolean;
  /** The intent that was just read from the client, null for none; left out where nobody had to ask. */
  readonly announced?: Intent | null;
  readonly clock: Clock;
  /** The files of the campaign's release, where this worker can read them. */
  readonly files: ReleaseFolder;
}

/**
 * Making one thing of a service so: read what is, change only what is not so yet, and prove it by reading again, because tool output
 * lies (Q169476, Q174648). So each of these may be run again after it was cut off.
 */

/** Changes settings of the service; the service control manager keeps the rest, the account and its password among them. */
export async function configureService(
  runner: Runner,
  service: string,
  settings: { readonly startType?: StartType; readonly imagePath?: string },
): Promise<GatewayResult<void>> {
  const isSo = (now: Service): boolean =>
    now.startType === (settings.startType ?? now.startType) &&
    now.imagePath === (settings.imagePath ?? now.imagePath);
  const now = await readService(runner, service);
  if (!now.ok) return now;
  if (isSo(now.value)) return ok(undefined);
  const set = await runner.gateway.configureService(runner.change, service, settings);
  if (!set.ok) return set;
  const after = await readService(runner, service);
  if (!after.ok) return after;
  const { startType, imagePath } = after.value;
  return isSo(after.value)
    ? ok(undefined)
    : failed(`${service} still has start type ${startType} and image path ${imagePath}`);
}

/** The service runs (or rests) as before the procedure, from its new place, with its old settings. */
export async function proveMoved(
  runner: Runner,
  service: string,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const now = await readService(runner, service);
  if (!now.ok) return now;
  const different = differences(now.value, { ...preImage.service, imagePath: preImage.to });
  if (different.length > 0) return failed(`${service} is not as before: ${different.join(', ')}`);
  if (now.value.state !== stateBefore(preImage)) return failed(`${service} is ${now.value.state}`);
  // Until its directory was protected anybody might have put another file there.
  const sha256 = await runner.gateway.hashFile(
    runner.change.target,
    executableOf(preImage.to),
    runner.change.signal,
  );
  if (!sha256.ok) return sha256;
  if (sha256.value !== preImage.sha256) return failed(`${executableOf(preImage.to)} is another file`);
  const moved = await proveProcessMoved(runner, now.value, preImage);
  return moved.ok ? proveDependantsRun(runner, preImage) : moved;
}

export async function proveDependantsRun(
  runner: Runner,
  preImage: Pick<PreImage, 'service'>,
): Promise<GatewayResult<void>> {
  for (const dependant of preImage.service.neededBy ?? []) {
    const now = await readService(runner, dependant);
    if (!now.ok) return now;
    if (now.value.state !== 'running')
      return failed(`${dependant}, which depends on it, is ${now.value.state}`);
  }
  return ok(undefined);
}

/** Settings say where a service will run from; only its process says where it runs. So it has to be seen in the new directory. */
async function proveProcessMoved(
  { gateway, change }: Runner,
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

/** The service, which must be there. */
export async function readService(runner: Runner, service: string): Promise<GatewayResult<Service>> {
  const found = await findService(runner, service);
  if (!found.ok) return found;
  return found.value === null
    ? failed(`error 1060: there is no service ${service}`)
    : { ok: true, value: found.value };
}

/** The service with everything that must not be lost of it; null where none of this name is installed. */
export function findService(
  { gateway, change, rules }: Runner,
  service: string,
): Promise<GatewayResult<Service | null>> {
  const { relocatable } = rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const known = Object.hasOwn(relocatable, service.toLowerCase())
    ? relocatable[service.toLowerCase()]
    : undefined;
  return gateway.readService(change.target, service, change.signal, known?.keys ?? []);
}

export const failed = (message: string): { readonly ok: false; readonly error: GatewayFailure } =>
  err({ kind: 'failed', message });

export const stateBefore = ({ service }: Pick<PreImage, 'service'>): ServiceRunState =>
  service.state === 'running' || service.state === 'startPending' ? 'running' : 'stopped';

/** What of a service's settings is not as it should be, in words. */
export function differences(now: Service, wanted: Service): readonly string[] {
  return [
    now.imagePath === wanted.imagePath ? '' : `image path ${now.imagePath}`,
    now.startType === wanted.startType ? '' : `start type ${now.startType}`,
    now.account === wanted.account ? '' : `account ${now.account}`,
    now.dependsOn.join() === wanted.dependsOn.join() ? '' : `dependencies ${now.dependsOn.join(', ')}`,
    ...Object.entries(wanted.kept ?? {}).map(([name, value]) => {
      const is = now.kept?.[name];
      return is === value ? '' : `${name} ${is ?? 'is gone'}`;
    }),
  ].filter((each) => each !== '');
}
