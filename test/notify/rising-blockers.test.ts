import { describe, expect, test } from 'vitest';
import { noticeKinds } from '../../orchestrator/domain/notice-kinds.ts';
import { type BlockerCourses, followBlockers } from '../../orchestrator/domain/rising-blockers.ts';
import { openConditions } from '../../orchestrator/notify/conditions.ts';
import { makeNotices } from '../../orchestrator/rounds/make-notices.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { contextOver } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { stores } from '../fixtures/stores.ts';
import { bring, changes } from '../integration/admitted-clients.ts';
import { takeMessages, webhookTo } from './notice-fixture.ts';

const minute = 60_000;
const isDue = { index: 'due', dueAt: 0, keepsSlots: false } as const;

/** When one blocker is rising, which holds up so many clients at these minutes. */
function risingAt(course: readonly (readonly [minutes: number, clients: number])[]): readonly number[] {
  let known: BlockerCourses | null = null;
  let isOpen = false;
  return course.flatMap(([minutes, blocks]) => {
    const followed = followBlockers(
      known,
      [{ blocker: 'file a.dll', blocks }],
      () => isOpen,
      minutes * minute,
    );
    known = followed.courses;
    isOpen = followed.rising.length > 0;
    return isOpen ? [minutes] : [];
  });
}

describe('a blocker is rising', () => {
  test('when it holds up 20 clients and twice as many as within the last hour', () => {
    expect(risingAt([0, 5, 10].map((at) => [at, 0] as const))).toEqual([]);
    expect(
      risingAt([
        [0, 0],
        [10, 19],
        [20, 20],
      ]),
    ).toEqual([20]);
    expect(
      risingAt([
        [0, 30],
        [59, 59],
        [60, 60],
      ]),
    ).toEqual([]);
    expect(
      risingAt([
        [0, 30],
        [30, 59],
        [59, 60],
      ]),
    ).toEqual([59]);
  });

  test('not because it was there when the leader looked first', () => {
    expect(
      risingAt([
        [0, 500],
        [30, 600],
        [59, 999],
      ]),
    ).toEqual([]);
  });

  test('until it holds up half of the most, also long after it has grown', () => {
    expect(
      risingAt([
        [0, 0],
        [10, 40],
        [200, 100],
        [400, 51],
        [410, 50],
        [420, 60],
        [430, 100],
      ]),
    ).toEqual([10, 200, 400, 430]);
  });
});

describe.each(stores)('messages on the %s store', (_name, open) => {
  test('say that a blocker is rising, and that it no longer is', async () => {
    const store = await open();
    const names = Array.from({ length: 24 }, (_, at) => `pc-${at}`);
    let at = Date.UTC(2026, 10, 17, 9);
    const clock = {
      now: () => at,
      realNow: () => Date.now(),
      realDelay: () => 0,
      policySpan: (ms: number) => ms,
    };
    const context = contextOver(store, clock, keepingDispatcher([]));
    await openCampaign(store, { clients: names.map((name) => workstation(name)), at });
    const round = makeNotices({
      settings: webhookTo('https://hooks.example/'),
      queue: { look: async () => undefined, rest: async () => undefined },
      conditions: openConditions(new Set(noticeKinds), { everyMs: 0, persistsMs: 0, stillMs: 600 * minute }),
    });
    const nothing = { everything: false, campaigns: new Set<string>(), clients: new Set<string>() };
    const heard = async () => {
      at += minute;
      await round.run(context, nothing);
      return (await takeMessages(store)).map(({ type, state, title, why }) => [type, state, title, why]);
    };
    const held = (upgrade: Upgrade): Upgrade => ({
      ...upgrade,
      state: {
        phase: 'deferred',
        class: 'program',
        until: at,
        because: 'a.dll is held',
        blockers: [{ kind: 'heldFile', file: 'a.dll' }],
      },
    });
    expect(await heard()).toEqual([]);
    for (const name of names.slice(0, 12)) await bring(store, name, held, isDue);
    expect(await heard()).toEqual([]);
    for (const name of names.slice(12)) await bring(store, name, held, isDue);
    expect(await heard()).toEqual([
      [
        'blocker.rising',
        'opened',
        'campaign sp4: a blocker holds up ever more clients',
        'file a.dll holds up 24 clients; within the last hour it was fewer than 10',
      ],
    ]);
    expect(await heard()).toEqual([]);
    for (const name of names.slice(0, 12))
      await bring(store, name, changes.upgraded, { index: 'settled' }, 'sp4', 2);
    expect(await heard()).toEqual([
      [
        'blocker.rising',
        'over',
        'campaign sp4: a blocker holds up fewer clients again',
        'a blocker holds up fewer clients again',
      ],
    ]);
    await store.close();
  });
});
