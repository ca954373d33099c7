import { directoryOf } from '../../shared/domain/blocker.ts';
import type { PreImage } from '../../shared/domain/observation.ts';
import type { Journal, StepName } from '../../shared/domain/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { announce, record } from './intent.ts';
import {
  configureService,
  failed,
  proveMoved,
  type Runner,
  startLikeBefore,
  stopService,
} from './services.ts';

type Step = (runner: Runner, service: string, preImage: PreImage) => Promise<GatewayResult<void>>;

/** Runs one step of a procedure: makes one thing so and proves it. A step that was cut off may be run again. */
export async function runStep(runner: Runner, journal: Journal): Promise<UpgradeEvent> {
  const { step, service, preImage } = journal;
  if (step === 'record' || preImage === null) {
    const recorded = await record(runner, journal);
    return recorded.ok
      ? { type: 'StepDone', step, preImage: recorded.value }
      : { type: 'StepFailed', step, failure: recorded.error };
  }
  const announced = await announce(runner, journal, preImage);
  const result = announced.ok ? await steps[step](runner, service, preImage) : announced;
  return result.ok
    ? { type: 'StepDone', step, preImage: null }
    : { type: 'StepFailed', step, failure: result.error };
}

const steps: Readonly<Record<Exclude<StepName, 'record'>, Step>> = {
  stop: stopService,
  copy: (runner, _service, preImage) => copy(runner, preImage),
  protect: ({ gateway, change }, _service, { to }) => gateway.protectDirectory(change, directoryOf(to)),
  repoint: (runner, service, { to }) => configureService(runner, service, { imagePath: to }),
  start: startLikeBefore,
  prove: proveMoved,
  setManual: (runner, service) => configureService(runner, service, { startType: 'manual' }),
  pointBack: (runner, service, { from, service: { startType } }) =>
    configureService(runner, service, { imagePath: from, startType }),
  startAgain: startLikeBefore,
  removeCopy: ({ gateway, change }, _service, { to }) => gateway.removeFile(change, to),
  restoreStartType: (runner, service, { service: { startType } }) =>
    configureService(runner, service, { startType }),
  close: ({ gateway, change }) => gateway.writeIntent(change, null),
};

async function copy(
  { gateway, change }: Runner,
  { from, to, sha256 }: PreImage,
): Promise<GatewayResult<void>> {
  const there = await gateway.hashFile(change.target, to, change.signal);
  if (!there.ok) return there;
  if (there.value === sha256) return ok(undefined);
  const copied = await gateway.copyFile(change, from, to);
  if (!copied.ok) return copied;
  const check = await gateway.hashFile(change.target, to, change.signal);
  if (!check.ok) return check;
  return check.value === sha256 ? ok(undefined) : failed(`the copy at ${to} is not the same file`);
}
