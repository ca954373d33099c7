import fc from 'fast-check';
import type { StepName } from '../../shared/domain/remediation/procedure.ts';
import { stepsOf } from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  anna,
  blockedByPcm,
  blockedByProgram,
  direct,
  look,
  preImage,
  rules,
  upToDate,
  withPolicy,
} from './given.ts';

/** Events, and the rules of campaigns, in any order and amount. */

export const failure = (kind: 'unreachable' | 'timedOut' | 'cutOff' | 'failed' | 'garbled') => ({
  kind,
  message: kind,
});

export const anyFailure = fc
  .constantFrom('unreachable', 'timedOut', 'cutOff', 'failed', 'garbled')
  .map((kind) => failure(kind as 'failed'));
export const anyObservation = fc
  .record({
    blocked: fc.constantFrom({}, blockedByPcm, blockedByProgram),
    boot: fc.constantFrom('boot-1', 'boot-2', 'boot-3'),
    phase: fc.constantFrom('installed', 'upgrade', 'verifyFiles', 'unknown'),
    users: fc.constantFrom([], [anna]),
    load: fc.constantFrom('once', 'missing', 'double', 'nobodyLoggedOn'),
    missing: fc.constantFrom([], ['appctl32.exe'], null),
    current: fc.constantFrom<object>({}, {}, {}, { files: upToDate.files }),
    role: fc.constantFrom('workstation', 'workstation', 'workstation', 'workstation', 'server'),
    packageRunning: fc.boolean(),
  })
  .map(({ blocked, boot, phase, users, load, missing, current, role, packageRunning }) =>
    look(blocked, current, {
      bootId: boot,
      setupPhase: phase,
      filesNotDownloaded: missing,
      load,
      users,
      role,
      packageRunning,
    } as object),
  );
export const everyStep: readonly StepName[] = [
  ...stepsOf('relocation', 'forward'),
  ...stepsOf('relocation', 'back'),
  'setManual',
  'restoreStartType',
];
const anyStep = fc.constantFrom(...everyStep);
export const anyEvent: fc.Arbitrary<UpgradeEvent> = fc.oneof(
  fc.constant({ type: 'Activated' } as const),
  anyObservation,
  anyFailure.map((each) => ({ type: 'LookFailed', failure: each }) as const),
  fc.constantFrom(
    { type: 'ClientMarked' },
    { type: 'UpdateRan' },
    { type: 'RestartOrdered' },
    { type: 'UsersNotified' },
    { type: 'CheckedIn' },
    { type: 'WorkerStopped' },
  ) as fc.Arbitrary<UpgradeEvent>,
  anyFailure.map((each) => ({ type: 'CommandFailed', failure: each }) as const),
  anyStep.map(
    (step) =>
      ({ type: 'StepDone', step: step as StepName, preImage: step === 'record' ? preImage : null }) as const,
  ),
  fc
    .tuple(anyStep, anyFailure)
    .map(([step, each]) => ({ type: 'StepFailed', step: step as StepName, failure: each }) as const),
);
export const anyRules = fc.constantFrom(
  rules,
  direct,
  withPolicy({ structural: 'atOnce', ladder: ['wait', 'workaround', 'relocation'] }),
  withPolicy({ restart: { ...rules.policy.restart, allowed: 'always' } }),
  withPolicy({ restart: { ...rules.policy.restart, allowed: 'never' } }),
);

/**
 * The event as the client would send it in this state: an outcome of the command that is asked for.
 */
export const fitting = (upgrade: Upgrade, event: UpgradeEvent): UpgradeEvent => {
  const { state } = upgrade;
  if (state.phase !== 'remedying' || (event.type !== 'StepDone' && event.type !== 'StepFailed')) return event;
  return event.type === 'StepDone' && state.journal.step === 'record'
    ? { ...event, step: 'record', preImage }
    : { ...event, step: state.journal.step };
};
