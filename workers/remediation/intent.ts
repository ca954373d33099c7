import { executableOf, withExecutable } from '../../shared/domain/image-path.ts';
import type { Intent, PreImage } from '../../shared/domain/observation.ts';
import type { Journal } from '../../shared/domain/procedure.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { failed, readService, type Runner } from './services.ts';

/** Reads the service as it is, writes pre-image and intent onto the client, and verifies that they stand there. */
export async function record(runner: Runner, journal: Journal): Promise<GatewayResult<PreImage>> {
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
  const sha256 = await gateway.hashFile(change.target, executableOf(from), change.signal);
  if (!sha256.ok) return sha256;
  if (sha256.value === null) return failed(`${executableOf(from)} is not there`);
  const preImage = {
    service: service.value,
    sha256: sha256.value,
    from,
    to: withExecutable(from, `${target.to}\\${target.executable}`),
  };
  const announced = await announce(runner, journal, preImage);
  return announced.ok ? ok(preImage) : announced;
}

/** The intent names the step before it runs, so that whoever finds it knows where to go on. */
export async function announce(
  runner: Runner,
  journal: Journal,
  preImage: PreImage,
): Promise<GatewayResult<void>> {
  const { gateway, change, rules, resumes } = runner;
  const { procedure: kind, direction, step } = journal;
  const intent: Intent = { kind, campaign: rules.campaign, direction, step, preImage };
  const there = resumes ? await standsThere(runner, intent) : ok(false);
  if (!there.ok) return there;
  if (there.value) return ok(undefined);
  const written = await gateway.writeIntent(change, intent);
  if (!written.ok) return written;
  const back = await standsThere(runner, intent);
  if (!back.ok) return back;
  return back.value ? ok(undefined) : failed('the intent could not be read back from the client');
}

/** The end of every procedure: nothing on the client says any more that one is open. */
export async function takeIntentAway({ gateway, change, resumes }: Runner): Promise<GatewayResult<void>> {
  if (resumes) {
    const there = await gateway.readIntent(change.target, change.signal);
    if (!there.ok) return there;
    if (there.value === null) return ok(undefined);
  }
  return gateway.writeIntent(change, null);
}

async function standsThere({ gateway, change }: Runner, intent: Intent): Promise<GatewayResult<boolean>> {
  const there = await gateway.readIntent(change.target, change.signal);
  if (!there.ok) return there;
  return ok(
    there.value?.kind === intent.kind &&
      there.value.step === intent.step &&
      there.value.direction === intent.direction &&
      there.value.preImage.sha256 === intent.preImage.sha256,
  );
}
