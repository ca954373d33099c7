import type { PreImage, SwapPreImage } from '../../shared/domain/observation/observation.ts';
import { matchesIntent } from '../../shared/domain/upgrade/stale-journal.ts';
import type { Journal, StepName } from '../../shared/domain/remediation/procedure.ts';
import { bringsFiles, withPreImage } from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { GatewayFailure, GatewayResult } from '../gateways/gateway.ts';
import { announce, isRecorded, type Recorded, takeIntentAway } from './intent.ts';
import { recordService, serviceSteps } from './relocate.ts';
import { failed, type Runner } from './service-control.ts';
import { fileSteps, recordFiles } from './swap.ts';

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
  return matchesIntent(journal, there.value)
    ? take({ ...runner, announced: there.value }, journal)
    : { type: 'JournalFoundStale', step };
}

/** A client that does not say where it stands has not refused the step: nothing is turned round for it. */
const notRefused = ({ kind, message }: GatewayFailure): GatewayFailure => ({
  kind: kind === 'failed' ? 'garbled' : kind,
  message,
});

async function take(runner: Runner, journal: Journal): Promise<UpgradeEvent> {
  const { step } = journal;
  // The last step takes away what the others announce themselves by.
  if (step === 'close') return stepEvent(step, await takeIntentAway(runner));
  if (step === 'record' || !isRecorded(journal)) return recordEvent(step, await record(runner, journal));
  const announced = await announce(runner, journal);
  return stepEvent(step, announced.ok ? await make(runner, journal) : announced);
}

/**
 * Reads what is, writes pre-image and intent onto the client, and verifies that they stand there. Null when there is nothing to do: it
 * was done, and the record does not know.
 */
async function record(
  runner: Runner,
  journal: Journal,
): Promise<GatewayResult<PreImage | SwapPreImage | null>> {
  const read = bringsFiles(journal)
    ? await recordFiles(runner)
    : await recordService(runner, journal.procedure, journal.service);
  if (!read.ok || read.value === null) return read;
  const recorded = withPreImage(journal, read.value);
  // One that stands recorded already may have been read from what was changed since.
  const announced = isRecorded(recorded) ? await announce({ ...runner, announced: null }, recorded) : read;
  return announced.ok ? read : announced;
}

function make(runner: Runner, journal: Recorded): Promise<GatewayResult<void>> {
  const { step, service } = journal;
  if (bringsFiles(journal)) return fileSteps[step]?.(runner, journal.preImage) ?? noSuchStep(journal);
  return serviceSteps[step]?.(runner, service, journal.preImage) ?? noSuchStep(journal);
}

const noSuchStep = async ({ procedure, step }: Journal): Promise<GatewayResult<void>> =>
  failed(`a ${procedure} has no step ${step}`);

const recordEvent = (
  step: StepName,
  recorded: GatewayResult<PreImage | SwapPreImage | null>,
): UpgradeEvent => {
  if (!recorded.ok) return { type: 'StepFailed', step, failure: recorded.error };
  return recorded.value === null
    ? { type: 'JournalFoundStale', step }
    : { type: 'StepDone', step, preImage: recorded.value };
};

const stepEvent = (step: StepName, result: GatewayResult<void>): UpgradeEvent =>
  result.ok
    ? { type: 'StepDone', step, preImage: null }
    : { type: 'StepFailed', step, failure: result.error };
