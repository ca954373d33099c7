import { directoryOf, executableOf } from '../../shared/domain/image-path.ts';
import type { PreImage } from '../../shared/domain/observation.ts';
import { standsWith } from '../../shared/domain/overtaken.ts';
import type { Journal, StepName } from '../../shared/domain/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayFailure, GatewayResult } from '../gateways/gateway.ts';
import { announce, record, takeIntentAway } from './intent.ts';
import { configureService, failed, proveMoved, type Runner } from './services.ts';
import { startLikeBefore, stopService } from './start-stop.ts';

type Step = (runner: Runner, service: string, preImage: PreImage) => Promise<GatewayResult<void>>;

/**
 * Runs one step of a procedure: makes one thing so and proves it. A step that was cut off may be run again. A driver that takes a
 * procedure up asks first whether the client stands where the record says.
 */
export async function runStep(given: Runner, journal: Journal): Promise<UpgradeEvent> {
  const runner = { ...given, resumes: given.resumes || journal.failures > 0 };
  const { step } = journal;
  if (!runner.resumes && step !== 'record') return take(runner, journal);
  const there = await runner.gateway.readIntent(runner.change.target, runner.change.signal);
  if (!there.ok) return { type: 'StepFailed', step, failure: notRefused(there.error) };
  return standsWith(journal, there.value)
    ? take({ ...runner, announced: there.value }, journal)
    : { type: 'ProcedureOvertaken', step };
}

/** A client that does not say where it stands has not refused the step: nothing is turned round for it. */
const notRefused = ({ kind, message }: GatewayFailure): GatewayFailure => ({
  kind: kind === 'failed' ? 'garbled' : kind,
  message,
});

async function take(runner: Runner, journal: Journal): Promise<UpgradeEvent> {
  const { step, service, preImage } = journal;
  // The last step takes away what the others announce themselves by.
  if (step === 'close') return stepEvent(step, await takeIntentAway(runner));
  if (step === 'record' || preImage === null) {
    const recorded = await record(runner, journal);
    if (!recorded.ok) return { type: 'StepFailed', step, failure: recorded.error };
    return recorded.value === null
      ? { type: 'ProcedureOvertaken', step }
      : { type: 'StepDone', step, preImage: recorded.value };
  }
  const announced = await announce(runner, journal, preImage);
  return stepEvent(step, announced.ok ? await steps[step](runner, service, preImage) : announced);
}

const stepEvent = (step: StepName, result: GatewayResult<void>): UpgradeEvent =>
  result.ok
    ? { type: 'StepDone', step, preImage: null }
    : { type: 'StepFailed', step, failure: result.error };

const steps: Readonly<Record<Exclude<StepName, 'record' | 'close'>, Step>> = {
  stop: stopService,
  copy: (runner, _service, preImage) => copy(runner, preImage),
  protect: ({ gateway, change }, _service, { to }) => gateway.protectDirectory(change, directoryOf(to)),
  repoint: (runner, service, preImage) => pointStopped(runner, service, preImage, { imagePath: preImage.to }),
  start: startLikeBefore,
  prove: proveMoved,
  setManual: (runner, service) => configureService(runner, service, { startType: 'manual' }),
  pointBack: (runner, service, preImage) => {
    const { from: imagePath, service: before } = preImage;
    return pointStopped(runner, service, preImage, { imagePath, startType: before.startType });
  },
  startAgain: startLikeBefore,
  removeCopy: (runner, _service, preImage) => removeCopy(runner, preImage),
  restoreStartType: (runner, service, { service: { startType } }) =>
    configureService(runner, service, { startType }),
};

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
  const stopped = await stopService(runner, service, preImage);
  return stopped.ok ? configureService(runner, service, settings) : stopped;
}

async function copy(runner: Runner, { from, to, sha256 }: PreImage): Promise<GatewayResult<void>> {
  const { gateway, change } = runner;
  const target = executableOf(to);
  const there = await hashFile(runner, target);
  if (!there.ok) return there;
  if (there.value === sha256) return ok(undefined);
  const copied = await gateway.copyFile(change, executableOf(from), target);
  if (!copied.ok) return copied;
  const check = await hashFile(runner, target);
  if (!check.ok) return check;
  return check.value === sha256 ? ok(undefined) : failed(`the copy at ${target} is not the same file`);
}

/** Takes away our copy, and nothing that someone else has put there. */
async function removeCopy(runner: Runner, { to, sha256 }: PreImage): Promise<GatewayResult<void>> {
  const target = executableOf(to);
  const there = await hashFile(runner, target);
  if (!there.ok) return there;
  return there.value === sha256 ? runner.gateway.removeFile(runner.change, target) : ok(undefined);
}

const hashFile = ({ gateway, change }: Runner, path: string): Promise<GatewayResult<string | null>> =>
  gateway.hashFile(change.target, path, change.signal);
