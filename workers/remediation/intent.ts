import { executableOf, withExecutable } from '../../shared/domain/image-path.ts';
import type { Intent, PreImage } from '../../shared/domain/observation.ts';
import type { Journal } from '../../shared/domain/procedure.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { failed, readService, type Runner } from './services.ts';

/**
 * Reads the service as it is, writes pre-image and intent onto the client, and verifies that they stand there. Where a procedure stands
 * open already, its pre-image is taken: a Redis that came back without its last second has forgotten the steps that were done since, and
 * the service as it is now, stopped or half moved, must not become the service as it was before.
 */
export async function record(runner: Runner, journal: Journal): Promise<GatewayResult<PreImage>> {
  const { gateway, change, rules } = runner;
  const open = await gateway.readIntent(change.target, change.signal);
  if (!open.ok) return open;
  if (open.value !== null && !isOf(open.value, journal)) return anotherIsOpen(open.value);
  if (open.value !== null && open.value.step !== 'record') return ok(open.value.preImage);
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
  if (resumes) {
    const there = await gateway.readIntent(change.target, change.signal);
    if (!there.ok) return there;
    if (there.value !== null && !isOf(there.value, journal)) return anotherIsOpen(there.value);
    if (isSame(there.value, intent)) return ok(undefined);
  }
  const written = await gateway.writeIntent(change, intent);
  if (!written.ok) return written;
  const back = await gateway.readIntent(change.target, change.signal);
  if (!back.ok) return back;
  return isSame(back.value, intent)
    ? ok(undefined)
    : failed('the intent could not be read back from the client');
}

/**
 * The end of every procedure: nothing on the client says any more that it is open. The intent of another one, which a record from an
 * older copy of Redis does not know, stays: the next look finds it and ends it.
 */
export async function takeIntentAway(
  { gateway, change }: Runner,
  journal: Journal,
): Promise<GatewayResult<void>> {
  const there = await gateway.readIntent(change.target, change.signal);
  if (!there.ok) return there;
  return there.value !== null && isOurs(there.value, journal)
    ? gateway.writeIntent(change, null)
    : ok(undefined);
}

/** One that could not even be recorded has changed nothing: what stands at a later step is not its own. */
const isOurs = (intent: Intent, journal: Journal): boolean =>
  isOf(intent, journal) && (journal.turnedAt !== 'record' || intent.step === 'record');

const isOf = ({ kind, preImage }: Intent, { procedure, service }: Journal): boolean =>
  kind === procedure && preImage.service.name.toLowerCase() === service.toLowerCase();

/** The record is older than the client. Nothing is written over what stands there: the next look goes on with it. */
const anotherIsOpen = ({ kind, step, preImage }: Intent) =>
  failed(`a ${kind} of ${preImage.service.name} stands open on the client, at ${step}`);

const isSame = (there: Intent | null, intent: Intent): boolean =>
  there?.kind === intent.kind &&
  there.step === intent.step &&
  there.direction === intent.direction &&
  there.preImage.sha256 === intent.preImage.sha256;
