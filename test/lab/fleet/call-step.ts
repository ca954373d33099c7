import type {
  Intent,
  PreImage,
  SwapPreImage,
  SwappedFile,
} from '../../../shared/domain/observation/observation.ts';
import type { Direction, Procedure, StepName } from '../../../shared/domain/remediation/procedure.ts';
import type { Request } from '../../../shared/execution/simulated/wire.ts';
import { directoryOf, joinPath, keyOf, readFile } from '../../../orchestrator/simulation/machines/disk.ts';
import { readIntent } from '../../../orchestrator/simulation/machines/look.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import { isProtected } from '../../../orchestrator/simulation/machines/permissions.ts';
import { findService } from '../../../orchestrator/simulation/machines/service-control.ts';
import { waitingPath } from '../../../shared/execution/remediation/files.ts';

/**
 * The step of a procedure that a call belongs to. It is derived from the intent alone, because a
 * client knows nothing else.
 */
export interface CallStep {
  readonly procedure: Procedure;
  readonly direction: Direction;
  readonly step: StepName;
  /**
   * The call that names the step on the client. Later calls belong to this step until another step
   * is named.
   */
  readonly announces: boolean;
  readonly intent: Intent;
}

/** Null while no procedure is open on the client and the call opens none. */
export function stepOf(machine: Machine, request: Request): CallStep | null {
  const open = readIntent(machine);
  const announces = request.op === 'writeIntent';
  // Removing the intent is the last step, and nothing else announces it.
  const intent = announces ? (request.intent ?? (open && { ...open, step: 'close' })) : open;
  if (intent === null) return null;
  const { kind: procedure, direction, step } = intent;
  return { procedure, direction, step: step as StepName, announces, intent };
}

/**
 * Whether the state that the step brings about exists. A step that finds this state changes nothing
 * and is done as well. It is checked after the effect of a call. The first and the last step have
 * only the announcement as their effect.
 */
export function isStepDone(machine: Machine, { step, announces, intent }: CallStep): boolean {
  if (step === 'record' || step === 'close') return announces;
  if (announces) return false;
  return 'files' in intent.preImage
    ? isSwapped(machine, step, intent.preImage)
    : isSo(machine, step, intent.preImage);
}

function isSo(machine: Machine, step: StepName, preImage: PreImage): boolean {
  const service = findService(machine, preImage.service.name);
  const { startType, state } = preImage.service;
  const path = keyOf(service?.imagePath ?? '');
  const hashAtTarget = readFile(machine.disk, preImage.to)?.sha256;
  switch (step) {
    case 'stop':
      // A service that is being reinstalled may not exist.
      return service === undefined ? preImage.by === 'reinstall' : service.state === 'stopped';
    case 'copy':
      return hashAtTarget === preImage.sha256;
    case 'protect':
      return isProtected(machine, directoryOf(preImage.to));
    case 'repoint':
      return path === keyOf(preImage.to);
    case 'start':
    case 'startAgain':
      return (state !== 'running' && state !== 'startPending') || service?.state === 'running';
    case 'prove':
      return true;
    case 'setManual':
      return service?.startType === 'manual';
    case 'pointBack':
      return path === keyOf(preImage.from) && service?.startType === startType;
    case 'removeCopy':
      return hashAtTarget !== preImage.sha256;
    case 'restoreStartType':
      return service?.startType === startType;
    default:
      throw new Error(`no service is moved by ${step}`);
  }
}

function isSwapped(machine: Machine, step: StepName, preImage: SwapPreImage): boolean {
  const { directory, staging, backup, files } = preImage;
  const state = findService(machine, preImage.service?.name ?? '')?.state ?? 'none';
  const holds = (folder: string, hash: (file: SwappedFile) => string | null): boolean =>
    files.every(
      (file) => (readFile(machine.disk, joinPath(folder, file.name))?.sha256 ?? null) === hash(file),
    );
  const waiting = (hash: (file: SwappedFile) => string | null): boolean =>
    files.every(
      (file) =>
        (readFile(machine.disk, waitingPath(joinPath(directory, file.name)))?.sha256 ?? null) === hash(file),
    );
  switch (step) {
    case 'stage':
      return holds(staging, ({ after }) => after) && isProtected(machine, staging);
    case 'stop':
      return state === 'stopped' || state === 'none';
    case 'backup':
      return holds(backup, ({ before }) => before) && isProtected(machine, backup);
    case 'place':
      return holds(directory, ({ after }) => after);
    case 'queueRenames':
      return (
        waiting(({ after }) => after) &&
        files.every(({ name }) => isQueued(machine, joinPath(directory, name)))
      );
    case 'withdraw':
      return waiting(() => null);
    case 'start':
    case 'startAgain':
      return preImage.service?.state !== 'running' || state === 'running';
    case 'prove':
      return true;
    case 'restoreFiles':
      return holds(directory, ({ before }) => before);
    case 'removeStaged':
      return holds(staging, () => null) && holds(backup, () => null);
    default:
      throw new Error(`no file is swapped by ${step}`);
  }
}

const isQueued = ({ renames }: Machine, path: string): boolean =>
  renames.some(({ to }) => keyOf(to) === keyOf(path));
