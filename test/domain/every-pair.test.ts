import { describe, expect, test } from 'vitest';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Remediation, StepName } from '../../shared/domain/remediation/procedure.ts';
import { firstStep } from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade, UpgradeState } from '../../shared/domain/upgrade/state.ts';
import { admitted, evening, look, minutes, preImage, rules } from './given.ts';

const journal = (procedure: Remediation, direction: 'forward' | 'back', step: StepName) => ({
  procedure,
  direction,
  step,
  service: preImage.service.name,
  preImage,
  failures: 0,
  ending: null,
  turnedAt: null,
});

const states: readonly UpgradeState[] = [
  { phase: 'looking' },
  { phase: 'marking' },
  { phase: 'unmarking' },
  { phase: 'updating' },
  { phase: 'ordering', cause: 'mark' },
  { phase: 'restarting', nextLook: evening + minutes(5) },
  { phase: 'notifying', blockers: [] },
  { phase: 'deferred', class: 'service', until: evening + minutes(30), because: 'blocked', blockers: [] },
  { phase: 'remedying', journal: journal('relocation', 'forward', 'copy'), retryAt: null, blockers: [] },
  {
    phase: 'remedying',
    journal: journal('relocation', 'back', 'stop'),
    retryAt: evening + minutes(30),
    blockers: [],
  },
  { phase: 'settled', at: evening, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
];

const failure = (kind: 'unreachable' | 'timedOut' | 'cutOff' | 'failed' | 'garbled') => ({
  kind,
  message: kind,
});

const events: readonly UpgradeEvent[] = [
  { type: 'Activated' },
  look(),
  { type: 'LookFailed', failure: failure('unreachable') },
  { type: 'ClientMarked' },
  { type: 'ClientUnmarked' },
  { type: 'UpdateRan' },
  { type: 'RestartOrdered' },
  { type: 'UsersNotified' },
  { type: 'CommandFailed', failure: failure('timedOut') },
  { type: 'StepDone', step: 'copy', preImage: null },
  { type: 'StepFailed', step: 'copy', failure: failure('failed') },
  { type: 'JournalFoundStale', step: 'copy' },
  { type: 'CheckedIn' },
  {
    type: 'EndRequested',
    ending: { end: 'cancelled', cause: 'by hand', because: 'aborted', blockers: [] },
  },
  { type: 'WorkerStopped' },
];

const standing = (state: UpgradeState): Upgrade => ({ ...admitted, state });
const nameOf = (state: UpgradeState): string =>
  state.phase === 'remedying' ? `remedying ${state.journal.direction}` : state.phase;

/**
 * The events that change each state. A changed cell is a change of behaviour, and must be intended.
 */
const table: Readonly<Record<string, string>> = Object.fromEntries(
  states.map((state) => [
    nameOf(state),
    events
      .filter((event) => decide(rules, standing(state), event, evening).kind === 'changed')
      .map((event) => event.type)
      .join(' '),
  ]),
);

describe('the decider', () => {
  test('answers every (state, event) pair: these events change a state, all others are ignored', () => {
    expect(table).toEqual({
      looking: 'ClientObserved LookFailed EndRequested',
      marking: 'Activated ClientMarked CommandFailed EndRequested WorkerStopped',
      unmarking: 'Activated ClientUnmarked EndRequested WorkerStopped',
      updating: 'Activated UpdateRan CommandFailed EndRequested WorkerStopped',
      ordering: 'Activated RestartOrdered CommandFailed EndRequested WorkerStopped',
      restarting: 'Activated CheckedIn EndRequested',
      notifying: 'Activated UsersNotified CommandFailed EndRequested WorkerStopped',
      deferred: 'Activated CheckedIn EndRequested',
      'remedying forward': 'StepDone StepFailed JournalFoundStale EndRequested',
      'remedying back': 'Activated EndRequested',
      settled: '',
    });
  });

  test.each(
    states.flatMap((state) => events.map((event) => [nameOf(state), event.type, state, event] as const)),
  )('gives a reason for %s + %s', (_state, _event, state, event) => {
    expect(decide(rules, standing(state), event, evening).because).not.toBe('');
  });

  test('leaves a settled upgrade settled after any late event', () => {
    const settled = standing(states.at(-1) as UpgradeState);
    for (const event of events) expect(decide(rules, settled, event, evening).kind).toBe('ignored');
  });

  test('looks after a command whose outcome is not known, and does not send it again', () => {
    for (const phase of ['marking', 'updating', 'ordering'] as const) {
      const state: UpgradeState = phase === 'ordering' ? { phase, cause: 'mark' } : { phase };
      const decision = decide(rules, standing(state), { type: 'Activated' }, evening);
      expect(decision).toMatchObject({ kind: 'changed', upgrade: { state: { phase: 'looking' } } });
    }
  });
});

test('a procedure writes its pre-image in its first step, before anything changes', () => {
  expect([firstStep('relocation', 'forward'), firstStep('workaround', 'forward')]).toEqual([
    'record',
    'record',
  ]);
});
