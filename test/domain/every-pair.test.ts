import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { Remediation, StepName } from '../../shared/domain/remediation/procedure.ts';
import { firstStep, stepsOf } from '../../shared/domain/remediation/procedure.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade, UpgradeState } from '../../shared/domain/upgrade/state.ts';
import {
  admitted,
  anna,
  blockedByPcm,
  blockedByProgram,
  direct,
  evening,
  hours,
  look,
  minutes,
  preImage,
  rules,
  upToDate,
  withPolicy,
} from './given.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';

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

/** Who answers what. A cell that changes is a change of behaviour and must be meant. */
const table: Readonly<Record<string, string>> = Object.fromEntries(
  states.map((state) => [
    nameOf(state),
    events
      .filter((event) => decide(rules, standing(state), event, evening).kind === 'changed')
      .map((event) => event.type)
      .join(' '),
  ]),
);

describe('every (state, event) pair has an answer', () => {
  test('these events move a state, all others are ignored', () => {
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
  )('%s + %s gives a reason', (_state, _event, state, event) => {
    expect(decide(rules, standing(state), event, evening).because).not.toBe('');
  });

  test('a settled upgrade stays settled, whatever comes late', () => {
    const settled = standing(states.at(-1) as UpgradeState);
    for (const event of events) expect(decide(rules, settled, event, evening).kind).toBe('ignored');
  });

  test('commands whose outcome is not known are looked at and not sent again', () => {
    for (const phase of ['marking', 'updating', 'ordering'] as const) {
      const state: UpgradeState = phase === 'ordering' ? { phase, cause: 'mark' } : { phase };
      const decision = decide(rules, standing(state), { type: 'Activated' }, evening);
      expect(decision).toMatchObject({ kind: 'changed', upgrade: { state: { phase: 'looking' } } });
    }
  });
});

const anyFailure = fc
  .constantFrom('unreachable', 'timedOut', 'cutOff', 'failed', 'garbled')
  .map((kind) => failure(kind as 'failed'));
const anyObservation = fc
  .record({
    blocked: fc.constantFrom({}, blockedByPcm, blockedByProgram),
    boot: fc.constantFrom('boot-1', 'boot-2', 'boot-3'),
    phase: fc.constantFrom('installed', 'upgrade', 'verifyFiles', 'unknown'),
    users: fc.constantFrom([], [anna]),
    load: fc.constantFrom('once', 'missing', 'double', 'nobodyLoggedOn'),
    missing: fc.constantFrom([], ['appctl32.exe']),
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
const everyStep: readonly StepName[] = [
  ...stepsOf('relocation', 'forward'),
  ...stepsOf('relocation', 'back'),
  'setManual',
  'restoreStartType',
];
const anyStep = fc.constantFrom(...everyStep);
const anyEvent: fc.Arbitrary<UpgradeEvent> = fc.oneof(
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
const anyRules = fc.constantFrom(
  rules,
  direct,
  withPolicy({ structural: 'atOnce', ladder: ['wait', 'workaround', 'relocation'] }),
  withPolicy({ restart: { ...rules.policy.restart, allowed: 'always' } }),
  withPolicy({ restart: { ...rules.policy.restart, allowed: 'never' } }),
);

/** The answer the client would give to what the state asks for: any outcome of just that command. */
const fitting = (upgrade: Upgrade, event: UpgradeEvent): UpgradeEvent => {
  const { state } = upgrade;
  if (state.phase !== 'remedying' || (event.type !== 'StepDone' && event.type !== 'StepFailed')) return event;
  return event.type === 'StepDone' && state.journal.step === 'record'
    ? { ...event, step: 'record', preImage }
    : { ...event, step: state.journal.step };
};

const anyCommand = fc.constantFrom('everything', 'mark', 'update', 'restart', 'notify', ...everyStep);

describe('in any order, with any repetition and delay of events', () => {
  const walk = fc.tuple(
    anyRules,
    fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: hours(6) })), { maxLength: 120 }),
  );

  test('the counters are the sum of the differences, and every rest has a next moment that is not in the past', () => {
    fc.assert(
      fc.property(walk, ([given, way]) => {
        let upgrade = admitted;
        let now = evening;
        let counters = countersOf(upgrade);
        for (const [event, later] of way) {
          now += later;
          const decision = decide(given, upgrade, fitting(upgrade, event), now);
          expect(decision.because).not.toBe('');
          if (decision.kind === 'ignored') continue;
          const change = difference(countersOf(upgrade), countersOf(decision.upgrade));
          counters = Object.fromEntries(
            [...new Set([...Object.keys(counters), ...Object.keys(change)])]
              .map((name) => [name, (counters[name] ?? 0) + (change[name] ?? 0)] as const)
              .filter(([, count]) => count !== 0),
          );
          upgrade = decision.upgrade;
          expect(counters).toEqual(countersOf(upgrade));
          const placement = placementOf(upgrade);
          expect(placement.kind === 'rest' ? placement.until : now).toBeGreaterThanOrEqual(now);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('upgraded is only reached by a look that proves it, and never with the workaround open', () => {
    fc.assert(
      fc.property(walk, ([given, way]) => {
        let upgrade = admitted;
        let now = evening;
        let proved = false;
        for (const [event, later] of way) {
          now += later;
          const decision = decide(given, upgrade, fitting(upgrade, event), now);
          if (decision.kind === 'ignored') continue;
          if (event.type === 'ClientObserved') {
            const { files, setupPhase, filesNotDownloaded } = event.observation;
            proved ||=
              files === upToDate.files && setupPhase === 'installed' && filesNotDownloaded.length === 0;
          }
          ({ upgrade } = decision);
          const isUpgraded = upgrade.state.phase === 'settled' && upgrade.state.end === 'upgraded';
          expect(isUpgraded && !proved).toBe(false);
          expect(isUpgraded && upgrade.memory.open.workaround !== null).toBe(false);
          // Only a client that can no longer be reached keeps a service set to manual, and its ending says so.
          const { state, memory } = upgrade;
          const said =
            state.phase === 'settled' && memory.open.workaround !== null
              ? state.because
              : 'unfinished workaround';
          expect(said).toMatch(/still set to manual|unfinished workaround/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no state is stuck: whatever a client keeps answering, the upgrade settles', () => {
    const stubborn = fc.array(
      fc.oneof(
        anyObservation,
        anyFailure.map((each) => ({ type: 'LookFailed', failure: each }) as const),
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(
        anyRules,
        stubborn,
        anyFailure,
        fc.option(anyCommand),
        (given, looks, commandFailure, broken) => {
          let upgrade = admitted;
          let now = evening;
          for (let turn = 0; turn < 4_000 && upgrade.state.phase !== 'settled'; turn += 1) {
            const placement = placementOf(upgrade);
            if (placement.kind === 'rest') now = Math.max(now + 1, placement.until);
            const event: UpgradeEvent =
              placement.kind === 'rest'
                ? { type: 'Activated' }
                : answerOf(upgrade, looks[turn % looks.length] as UpgradeEvent, commandFailure, broken);
            const stamped =
              event.type === 'ClientObserved'
                ? { ...event, observation: { ...event.observation, at: now } }
                : event;
            const decision = decide(given, upgrade, stamped, now);
            if (decision.kind === 'changed') ({ upgrade } = decision);
          }
          expect(upgrade.state.phase).toBe('settled');
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** What the client answers: everything works but the broken command, or nothing does. */
function answerOf(
  upgrade: Upgrade,
  seen: UpgradeEvent,
  failed: ReturnType<typeof failure>,
  broken: string | null,
): UpgradeEvent {
  const { state } = upgrade;
  const isBroken = (command: string): boolean => broken === command || broken === 'everything';
  const unless = (command: string, done: UpgradeEvent): UpgradeEvent =>
    isBroken(command) ? { type: 'CommandFailed', failure: failed } : done;
  switch (state.phase) {
    case 'looking':
      return seen;
    case 'marking':
      return unless('mark', { type: 'ClientMarked' });
    case 'unmarking':
      return unless('unmark', { type: 'ClientUnmarked' });
    case 'updating':
      return unless('update', { type: 'UpdateRan' });
    case 'ordering':
      return unless('restart', { type: 'RestartOrdered' });
    case 'notifying':
      return unless('notify', { type: 'UsersNotified' });
    case 'remedying': {
      const { step } = state.journal;
      return isBroken(step)
        ? { type: 'StepFailed', step, failure: failed }
        : { type: 'StepDone', step, preImage: step === 'record' ? preImage : null };
    }
    case 'restarting':
    case 'deferred':
    case 'settled':
      return { type: 'Activated' };
  }
}

test('the first step of every procedure writes the pre-image before anything changes', () => {
  expect([firstStep('relocation', 'forward'), firstStep('workaround', 'forward')]).toEqual([
    'record',
    'record',
  ]);
});
