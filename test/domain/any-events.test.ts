import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  anyEvent,
  anyFailure,
  anyObservation,
  anyRules,
  everyStep,
  type failure,
  fitting,
} from './any-event.ts';
import { admitted, evening, hours, preImage, upToDate } from './given.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';

const anyCommand = fc.constantFrom('everything', 'mark', 'update', 'restart', 'notify', ...everyStep);

describe('an upgrade under events in any order, late and repeated', () => {
  const walk = fc.tuple(
    anyRules,
    fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: hours(6) })), { maxLength: 120 }),
  );

  test('keeps its counters the sum of all differences, and always rests until a time that is not past', () => {
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

  test('settles as upgraded only after a look that proves it, and never with the workaround open', () => {
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
              files === upToDate.files && setupPhase === 'installed' && filesNotDownloaded?.length === 0;
          }
          ({ upgrade } = decision);
          const isUpgraded = upgrade.state.phase === 'settled' && upgrade.state.end === 'upgraded';
          expect(isUpgraded && !proved).toBe(false);
          expect(isUpgraded && upgrade.memory.open.workaround !== null).toBe(false);
          // Only a client that can not be reached keeps a service set to manual, and its ending
          // says so.
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

  test('settles, whatever its client keeps answering', () => {
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

/** The client's response: everything works except for the broken command, or nothing works. */
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
