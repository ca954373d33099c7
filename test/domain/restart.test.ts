import { describe, expect, test } from 'vitest';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { activated, admitted, after, evening, hours, look, rules } from './given.ts';

describe('a restart', () => {
  test('that never happens fails the upgrade with the time of the order, and is not ordered twice', () => {
    const ordered = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
      [evening, look({ setupPhase: 'upgrade' })],
      [evening, { type: 'RestartOrdered' }],
    ]);
    const gone: UpgradeEvent = { type: 'LookFailed', failure: { kind: 'unreachable', message: 'no answer' } };
    const lost = after(rules, ordered, [
      [evening + hours(5), activated],
      [evening + hours(5), gone],
    ]);
    expect(lost.state).toMatchObject({
      end: 'failed',
      cause: 'did not come back',
      because: 'did not come back after the restart ordered at 2026-11-16T20:00:00Z: no answer',
    });
    expect(lost.memory.history.restarts).toEqual({ mark: 1 });
  });

  test.each(['garbled', 'cutOff'] as const)(
    'is still open after its deadline when the look is %s',
    (kind) => {
      const ordered = after(rules, admitted, [
        [evening, look()],
        [evening, { type: 'ClientMarked' }],
        [evening, look({ setupPhase: 'upgrade' })],
        [evening, { type: 'RestartOrdered' }],
      ]);
      const unread: UpgradeEvent = { type: 'LookFailed', failure: { kind, message: 'half an answer' } };
      const again = after(rules, ordered, [
        [evening + hours(5), activated],
        [evening + hours(5), unread],
      ]);
      expect(again.state).toMatchObject({ phase: 'deferred', class: 'couldNotLook' });
      // The next look still has to prove the restart.
      expect(again.memory.open.restart).not.toBeNull();
    },
  );
});
