import type { Command, UpgradeEvent } from '../../../shared/domain/upgrade/events.ts';
import type { Failure } from '../../../shared/domain/observation/failure.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import type { Journal } from '../../../shared/domain/remediation/procedure.ts';
import { matchesIntent } from '../../../shared/domain/upgrade/stale-journal.ts';
import { preImage } from '../given.ts';
import type { Machine } from './machine.ts';

/**
 * What a machine makes of a command, as a worker tells it.
 * @param resumes the first command since the upgrade was taken up: the client may stand at another
 * step than the record
 */
export function askClient(
  machine: Machine,
  { state }: Upgrade,
  command: Command,
  resumes: boolean,
): UpgradeEvent {
  const { client } = machine;
  if (!machine.isReached) return failed(command, { kind: 'unreachable', message: 'no route to it' });
  switch (command.type) {
    case 'LookAtClient':
      return { type: 'ClientObserved', observation: machine.look() };
    case 'MarkClient':
      client.mark();
      return { type: 'ClientMarked' };
    case 'UnmarkClient':
      client.isMarked = false;
      return { type: 'ClientUnmarked' };
    case 'RunUpdate':
      client.update();
      return { type: 'UpdateRan' };
    case 'RestartClient':
      if (client.nature.restarts === 'lost')
        return failed(command, { kind: 'timedOut', message: 'no answer in time' });
      if (state.phase === 'ordering' && !client.order(state.cause))
        return failed(command, { kind: 'failed', message: 'a shutdown is in progress' });
      return { type: 'RestartOrdered' };
    case 'NotifyUsers':
      return { type: 'UsersNotified' };
    case 'RunStep':
      return runStep(machine, command.journal, resumes);
  }
}

function runStep({ client }: Machine, journal: Journal, resumes: boolean): UpgradeEvent {
  const { step } = journal;
  if (isOvertaken(client, journal, resumes)) return { type: 'JournalFoundStale', step };
  const made = client.step(journal);
  if (made === 'refused')
    return { type: 'StepFailed', step, failure: { kind: 'failed', message: 'the client says no' } };
  return { type: 'StepDone', step, preImage: made === 'done' ? null : made };
}

function isOvertaken({ service, intent }: Machine['client'], journal: Journal, resumes: boolean): boolean {
  const isAsked = resumes || journal.failures > 0 || journal.step === 'record';
  const isMoved = journal.step === 'record' && service?.imagePath === preImage.to;
  return isAsked && (isMoved || !matchesIntent(journal, intent));
}

function failed(command: Command, failure: Failure): UpgradeEvent {
  if (command.type === 'LookAtClient') return { type: 'LookFailed', failure };
  if (command.type === 'RunStep') return { type: 'StepFailed', step: command.journal.step, failure };
  return { type: 'CommandFailed', failure };
}
