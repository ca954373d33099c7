import type { PreImage } from '../../shared/domain/observation/observation.ts';
import { needsPassword, passwordNeeded } from '../gateways/service-account.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { differences, failed, findService, readService, type Runner } from './service-control.ts';
import { stopService } from './start-stop.ts';

/**
 * The service at another place by being deleted and made anew there, as `rservice` does it, with everything that was stored of it. Whatever stands
 * there of an earlier attempt is finished: only the client knows how far that got, so it is asked to install it also where all looks as it should.
 */
export async function reinstall(
  runner: Runner,
  preImage: PreImage,
  imagePath: string,
): Promise<GatewayResult<void>> {
  const { name, startType, account, dependsOn } = preImage.service;
  const { gateway, change } = runner;
  const stopped = await stopService(runner, preImage);
  if (!stopped.ok) return stopped;
  const now = await findService(runner, name);
  if (!now.ok) return now;
  if (now.value !== null && now.value.imagePath !== imagePath) {
    // Somebody may have given it another account since it was recorded.
    if (needsPassword(now.value.account)) return failed(passwordNeeded(name, now.value.account));
    const gone = await gateway.uninstallService(change, name);
    if (!gone.ok) return gone;
  }
  const made = await gateway.installService(change, { name, imagePath, startType, account, dependsOn });
  if (!made.ok) return made;
  const after = await readService(runner, name);
  if (!after.ok) return after;
  const different = differences(after.value, { ...preImage.service, imagePath });
  return different.length === 0
    ? ok(undefined)
    : failed(`${name} was installed anew, and is not as before: ${different.join(', ')}`);
}
