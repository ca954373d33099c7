import { executableOf, withExecutable } from '../../shared/domain/image-path.ts';
import type { Intent, PreImage } from '../../shared/domain/observation.ts';
import type { Journal } from '../../shared/domain/procedure.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { failed, readService, type Runner } from './services.ts';

/**
 * Reads the service as it is, writes pre-image and intent onto the client, and verifies that they stand there. Null when the service is
 * where it is to go already: what would be recorded as its old place is its new one, and a way back would take its only file away.
 */
export async function record(runner: Runner, journal: Journal): Promise<GatewayResult<PreImage | null>> {
  const { gateway, change, rules } = runner;
  const service = await readService(runner, journal.service);
  if (!service.ok) return service;
  const name = journal.service.toLowerCase();
  const { relocatable } = rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const target = Object.hasOwn(relocatable, name) ? relocatable[name] : undefined;
  if (target === undefined)
    return failed(`the product profile does not say where to move ${journal.service}`);
  const from = service.value.imagePath;
  const to = withExecutable(from, `${target.to}\\${target.executable}`);
  if (from.toLowerCase() === to.toLowerCase()) return ok(null);
  const sha256 = await gateway.hashFile(change.target, executableOf(from), change.signal);
  if (!sha256.ok) return sha256;
  if (sha256.value === null) return failed(`${executableOf(from)} is not there`);
  const preImage = {
    service: service.value,
    sha256: sha256.value,
    from,
    to,
  };
  // One that stands recorded already may have been read from a service that was changed since.
  const announced = await announce({ ...runner, announced: null }, journal, preImage);
  return announced.ok ? ok(preImage) : announced;
}

/** The intent names the step before it runs, so that whoever finds it knows where to go on. */
export async function announce(
  runner: Runner,
  journal: Journal,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const { gateway, change, rules, announced = null } = runner;
  const { procedure: kind, direction, step } = journal;
  const intent: Intent = { kind, campaign: rules.campaign, direction, step, preImage };
  if (isSame(announced, intent)) return ok(undefined);
  const written = await gateway.writeIntent(change, intent);
  if (!written.ok) return written;
  const back = await gateway.readIntent(change.target, change.signal);
  if (!back.ok) return back;
  return isSame(back.value, intent)
    ? ok(undefined)
    : failed('the intent could not be read back from the client');
}

/** The end of every procedure: nothing on the client says any more that one is open. */
export const takeIntentAway = async ({ gateway, change, announced }: Runner): Promise<GatewayResult<void>> =>
  announced === null ? ok(undefined) : gateway.writeIntent(change, null);

const isSame = (there: Intent | null, intent: Intent): boolean =>
  there?.kind === intent.kind &&
  there.step === intent.step &&
  there.direction === intent.direction &&
  there.preImage.sha256 === intent.preImage.sha256;
