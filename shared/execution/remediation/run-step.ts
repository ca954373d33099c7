import type { UpgradeEvent } from '../../domain/upgrade/events.ts';
import type { PreImage, SwapPreImage } from '../../domain/observation/observation.ts';
import { matchesIntent } from '../../domain/upgrade/stale-journal.ts';
import type { Journal, StepName } from '../../domain/remediation/procedure.ts';
import { bringsFiles, withPreImage } from '../../domain/remediation/procedure.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayFailure, GatewayResult } from '../gateway.ts';
import { type FoundIntent, isRecorded, type RecordedJournal, removeIntent, writeIntent } from './intent.ts';
import { backSteps, recordService, serviceSteps } from './relocate.ts';
import { failed } from './service-control.ts';
import { fileSteps, recordFiles } from './swap.ts';

/**
 * Runs one step of a procedure: makes one change and proves it. A step that was cut off may be run
 * again. A driver that takes a procedure over first asks the client whether it stands where the
 * record says.
 * @param mayHaveBegun this step may have been begun by a driver that was lost
 */
export async function runStep(
  context: StepContext,
  journal: Journal,
  mayHaveBegun: boolean,
): Promise<UpgradeEvent> {
  const { step, failures } = journal;
  if (!mayHaveBegun && failures === 0 && step !== 'record') return takeStep(context, journal, undefined);
  // An earlier driver of the client, of this servpack or another, changes nothing from here on:
  // a pre-image must never be read from a service that another driver is just moving.
  const found = await context.gateway.takeOver(context.change);
  if (!found.ok) return { type: 'StepFailed', step, failure: notRefused(found.error) };
  return matchesIntent(journal, found.value)
    ? takeStep(context, journal, found.value)
    : { type: 'JournalFoundStale', step };
}

/**
 * A client that cannot say where it stands has not refused the step: the procedure is not turned
 * round.
 */
const notRefused = ({ kind, message }: GatewayFailure): GatewayFailure => ({
  kind: kind === 'failed' ? 'garbled' : kind,
  message,
});

async function takeStep(context: StepContext, journal: Journal, found: FoundIntent): Promise<UpgradeEvent> {
  const { step } = journal;
  // The last step removes the intent that every other step writes first.
  if (step === 'close') return stepEvent(step, await removeIntent(context, found));
  if (step === 'record' || !isRecorded(journal)) return recordEvent(step, await record(context, journal));
  const written = await writeIntent(context, journal, found);
  return stepEvent(step, written.ok ? await make(context, journal) : written);
}

/**
 * Reads the state of the client, writes pre-image and intent onto the client, and verifies both.
 * Null when there is nothing to do: the procedure was done, and the record does not know.
 */
async function record(
  context: StepContext,
  journal: Journal,
): Promise<GatewayResult<PreImage | SwapPreImage | null>> {
  const read = bringsFiles(journal)
    ? await recordFiles(context)
    : await recordService(context, journal.procedure, journal.service);
  if (!read.ok || read.value === null) return read;
  const recorded = withPreImage(journal, read.value);
  // An intent that is there already may hold settings that have changed since: it is replaced.
  const written = isRecorded(recorded) ? await writeIntent(context, recorded, null) : read;
  return written.ok ? read : written;
}

function make(context: StepContext, journal: RecordedJournal): Promise<GatewayResult<void>> {
  const { step, service } = journal;
  if (bringsFiles(journal)) return fileSteps[step]?.(context, journal.preImage) ?? noSuchStep(journal);
  const steps = journal.direction === 'back' ? backSteps : serviceSteps;
  return steps[step]?.(context, service, journal.preImage) ?? noSuchStep(journal);
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
