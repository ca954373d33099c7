import { describe, expect, test } from 'vitest';
import { deliverHead, type DeliverContext, nextTry } from '../../orchestrator/notify/deliver.ts';
import type { NotifySettings } from '../../orchestrator/notify/settings.ts';
import type { NoticeStore, StoredNotice } from '../../shared/store/notice-store.ts';
import { testLog } from '../fixtures/context.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { gateNotice, webhookTo } from './notice-fixture.ts';
import { openReceiver } from './receiver.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

const notice = (id: string, to: readonly string[] = ['ops']): StoredNotice => ({
  id,
  text: JSON.stringify(gateNotice(id)),
  to,
});

/** Delivers on a clock that jumps from one try to the next; the receiver is real. */
function virtualTime(store: NoticeStore, settings: NotifySettings) {
  let at = 1;
  const context: DeliverContext = {
    store,
    settings,
    env: {},
    hooks: null,
    log: testLog(),
    random: () => 0,
    now: () => at,
  };
  return {
    now: () => at,
    /** Everything that is tried until then. */
    goTo: async (until: number): Promise<void> => {
      for (;;) {
        const [line] = (await store.noticeLines()).toSorted((a, b) => a.dueAt - b.dueAt);
        if (line === undefined || line.dueAt > until) break;
        at = Math.max(at, line.dueAt);
        await deliverHead(context, line);
      }
      at = until;
    },
    early: async (): Promise<void> => {
      const [line] = await store.noticeLines();
      if (line !== undefined) await deliverHead(context, line, true);
    },
  };
}

describe('messages to a receiver that is away', () => {
  test('for an hour all come afterwards, in their order and each once', async () => {
    await using receiver = await openReceiver();
    const store = createMemoryStore(Date.now);
    const time = virtualTime(store, webhookTo(receiver.url));
    receiver.answer(503);
    await store.commitNotices(0, '{}', [notice('msg_1'), notice('msg_2')]);
    await time.goTo(30 * minute);
    await store.commitNotices(1, '{}', [notice('msg_3')]);
    await time.goTo(hour);
    expect(receiver.got).toEqual([]);
    receiver.answer(204);
    await store.commitNotices(2, '{}', [notice('msg_4')]);
    await time.goTo(3 * hour);
    expect(receiver.got.map(({ headers }) => headers['webhook-id'])).toEqual([
      'msg_1',
      'msg_2',
      'msg_3',
      'msg_4',
    ]);
    expect(await store.noticeLines()).toEqual([]);
  });

  test('are tried at once when a further message comes, and such a try costs none of the others', async () => {
    await using receiver = await openReceiver();
    const store = createMemoryStore(Date.now);
    const time = virtualTime(store, webhookTo(receiver.url));
    receiver.answer(503);
    await store.commitNotices(0, '{}', [notice('msg_1')]);
    await time.goTo(minute);
    const [before] = await store.noticeLines();
    await time.early();
    expect(await store.noticeLines()).toEqual([before]);
    receiver.answer(200);
    await time.early();
    expect(receiver.got).toHaveLength(1);
  });

  test('are given up after a day and some hours, and the next one is tried', async () => {
    await using receiver = await openReceiver();
    const store = createMemoryStore(Date.now);
    const time = virtualTime(store, webhookTo(receiver.url));
    receiver.answer(500);
    await store.commitNotices(0, '{}', [notice('msg_1'), notice('msg_2')]);
    await time.goTo(28 * hour);
    const tries = (await store.deliveries(100)).toReversed().filter((each) => each.notice === 'msg_1');
    expect(tries.map(({ outcome }) => outcome)).toEqual([...Array<string>(7).fill('failed'), 'gaveUp']);
    expect(tries.map(({ at }, i) => at - (tries[i - 1]?.at ?? at))).toEqual([
      0,
      5 * second,
      5 * minute,
      30 * minute,
      2 * hour,
      5 * hour,
      10 * hour,
      10 * hour,
    ]);
    expect((await store.noticeLines())[0]).toMatchObject({ notice: 'msg_2' });
  });

  test('wait longer by a part of the pause, which is another one each time', () => {
    const dueAt = (random: number) => nextTry({ tries: 1, firstAt: 1 }, 0, () => random)?.dueAt;
    expect([dueAt(0), dueAt(0.5), dueAt(1)]).toEqual([300_000, 315_000, 330_000]);
  });
});

test('a receiver that answers 410 gets no more, until a person enables it, and the others go on', async () => {
  await using receiver = await openReceiver();
  const store = createMemoryStore(Date.now);
  const time = virtualTime(store, webhookTo(receiver.url));
  receiver.answer(410);
  await store.commitNotices(0, '{}', [notice('msg_1'), notice('msg_2'), notice('msg_3', ['gone'])]);
  await time.goTo(minute);
  expect(await store.disabledDestinations()).toEqual(new Map([['ops', 'it answers 410']]));
  receiver.answer(200);
  await store.commitNotices(1, '{}', [notice('msg_4')]);
  await time.goTo(2 * minute);
  expect(receiver.got).toEqual([]);
  const log = await store.deliveries(10);
  expect(log.map(({ notice: id, outcome }) => `${id} ${outcome}`).toSorted()).toEqual([
    'msg_1 disabled',
    'msg_2 disabled',
    'msg_3 disabled',
    'msg_4 disabled',
  ]);
  await store.disableDestination('ops', null);
  await store.redeliver('msg_4', ['ops']);
  await time.goTo(3 * minute);
  expect(receiver.got.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_4']);
});
