import { describe, expect, test } from 'vitest';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  admitted,
  after,
  evening,
  gone,
  hours,
  look,
  minutes,
  rules,
  silentUntil,
} from './given.ts';

const ordered: UpgradeEvent = { type: 'RestartOrdered' };
const checkedIn: UpgradeEvent = { type: 'CheckedIn' };

/** An upgrade whose restart was committed in the evening, before the client answered. */
const ordering = after(rules, admitted, [
  [evening, look()],
  [evening, { type: 'ClientMarked' }],
  [evening, look({ setupPhase: 'upgrade' })],
]);

describe('a restart', () => {
  test('that never happens fails the upgrade with the time of the order, and is not ordered twice', () => {
    const restarting = after(rules, ordering, [[evening, ordered]]);
    expect(silentUntil(restarting, evening + hours(4) - minutes(5)).state.phase).toBe('restarting');
    const lost = silentUntil(restarting, evening + hours(4));
    expect(lost.state).toMatchObject({
      end: 'failed',
      cause: 'did not come back',
      because: 'did not come back after the restart ordered at 2026-11-16T20:00:00Z: no answer',
    });
    expect(lost.memory.history.restarts).toEqual({ mark: 1 });
  });

  const night = evening + hours(13);
  test.for([
    [
      'whose first look comes a night late',
      [
        [evening, ordered],
        [night, activated],
      ],
    ],
    [
      'whose client checks in after a night without a worker',
      [
        [evening, ordered],
        [night, checkedIn],
      ],
    ],
    ['whose answer comes a night late', [[night, ordered]]],
    ['whose driver was lost, and whose next one comes a night late', [[night, activated]]],
    [
      'whose look ends a night late',
      [
        [evening, ordered],
        [evening + minutes(5), activated],
      ],
    ],
  ] satisfies readonly [string, readonly [number, UpgradeEvent][]][])(
    '%s is awaited for its whole time again',
    ([, events]) => {
      const begun = after(rules, ordering, events);
      const looking = begun.state.phase === 'looking' ? begun : after(rules, begun, [[night, activated]]);
      const awaited = after(rules, looking, [[night, gone]]);
      expect(awaited.state.phase).toBe('restarting');
      expect(silentUntil(awaited, night + hours(3)).state.phase).toBe('restarting');
      // These looks were made in time, so that silence is proved.
      expect(silentUntil(awaited, night + hours(4)).state).toMatchObject({
        end: 'failed',
        cause: 'did not come back',
      });
    },
  );

  test('that is looked at after a night, in the boot from before, has failed', () => {
    const restarting = after(rules, ordering, [[evening, ordered]]);
    const same = after(rules, restarting, [
      [night, activated],
      [night, look({ setupPhase: 'upgrade' })],
    ]);
    expect(same.state).toMatchObject({ end: 'failed', cause: 'did not restart' });
  });

  test.for([0, 4, 6, 10, 60, 600])('ends also when every look comes %i minutes late', (late) => {
    const looks = hours(4) / rules.policy.restart.lookEveryMs;
    let upgrade = after(rules, ordering, [[evening, ordered]]);
    for (let n = 0; n <= looks && upgrade.state.phase === 'restarting'; n += 1) {
      const at = upgrade.state.nextLook + minutes(late);
      upgrade = after(rules, upgrade, [
        [at, activated],
        [at, gone],
      ]);
    }
    expect(upgrade.state).toMatchObject({ end: 'failed', cause: 'did not come back' });
  });

  test.each(['garbled', 'cutOff'] as const)(
    'is still open after its deadline when the look is %s',
    (kind) => {
      const unread: UpgradeEvent = { type: 'LookFailed', failure: { kind, message: 'half an answer' } };
      const again = after(rules, ordering, [
        [evening, ordered],
        [evening + hours(3), activated],
        [evening + hours(5), unread],
      ]);
      expect(again.state).toMatchObject({ phase: 'deferred', class: 'couldNotLook' });
      // The next look still has to prove the restart.
      expect(again.memory.open.restart).not.toBeNull();
    },
  );
});
