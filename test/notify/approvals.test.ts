import { expect, test } from 'vitest';
import { noticeKinds } from '../../orchestrator/domain/notice-kinds.ts';
import { openConditions } from '../../orchestrator/notify/conditions.ts';
import { requestAudit } from '../../orchestrator/requests/commit-request.ts';
import { makeNotices } from '../../orchestrator/rounds/make-notices.ts';
import { type CommandRequest, requestKey } from '../../shared/domain/campaign/command-request.ts';
import { entry } from '../contract/store/fixtures.ts';
import { contextOver } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { takeMessages, webhookTo } from './notice-fixture.ts';

const start = Date.UTC(2026, 10, 17, 9);
const gatherMs = 5 * 60_000;
const approved = { is: 'approved', by: 'bert', at: start } as const;
const retracted = { is: 'retracted', at: start, because: 'taken back by anna: wrong one' } as const;

const abort: CommandRequest = {
  command: 'abort',
  subject: 'sp4',
  number: 1,
  by: 'anna',
  reason: 'the share is full',
  at: start,
  until: start + 86_400_000,
  text: [],
  state: { is: 'asked' },
};

/** A campaign that runs, and the messages about it. */
async function given() {
  let at = start;
  const clock = {
    now: () => at,
    realNow: () => at,
    realDelay: () => 0,
    policySpan: (ms: number) => ms,
  };
  const store = createMemoryStore(() => at);
  await openCampaign(store, { clients: [workstation('pc-1')], at });
  const context = contextOver(store, clock, keepingDispatcher([]));
  const round = makeNotices({
    settings: { ...webhookTo('https://hooks.example/'), gatherMs },
    queue: { look: async () => undefined, rest: async () => undefined },
    conditions: openConditions(new Set(noticeKinds), {
      everyMs: 0,
      persistsMs: 0,
      stillMs: 86_400_000,
    }),
  });
  await round.run(context);
  const becomes = async (next: CommandRequest, who: string): Promise<void> => {
    const before = await store.readRequest(requestKey(next));
    const audit = requestAudit(before?.request ?? null, next, { at, who, because: 'as said' });
    expect(await store.commitRequest(requestKey(next), next, before?.version ?? 0, audit)).toBe(true);
    await round.run(context);
  };
  const later = async () => {
    at += gatherMs;
    await round.run(context);
    return takeMessages(store);
  };
  return { store, context, round, becomes, later };
}

test('a message about an approval says what is asked, how it is answered, and what became of it', async () => {
  const { store, becomes, later, context, round } = await given();
  await becomes(abort, 'anna');
  const [asked, ...none] = await later();
  expect(none).toEqual([]);
  expect(asked).toMatchObject({
    type: 'approval.requested',
    state: 'opened',
    title: 'campaign sp4: abort waits for an approval',
  });
  expect(asked?.next.slice(0, 2)).toEqual([
    'servpack campaign approve sp4/abort/1',
    'servpack campaign reject sp4/abort/1 --reason TEXT',
  ]);
  await becomes({ ...abort, state: approved }, 'bert');
  expect(await later()).toMatchObject([
    {
      type: 'approval.decided',
      state: 'over',
      title: 'campaign sp4: abort was approved by bert',
      ends: [{ messages: [asked?.id] }],
    },
  ]);

  // A question about a wave is named by its campaign.
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  const question = { subject: { wave: 'rest' }, round: 2, since: start, until: null };
  const asking = { ...record.campaign, approvals: { requests: [question] } };
  await store.commitCampaign(asking, record.version, {
    ...entry('sp4'),
    at: start,
    from: 'running',
    to: 'running',
    because: 'wave rest waits for approval',
  });
  await round.run(context);
  const [wave] = await later();
  expect(wave?.title).toBe('campaign sp4: wave rest waits for an approval');
  expect(wave?.next[0]).toBe('servpack campaign approve sp4/wave/rest/2');
  await store.close();
});

test('a question that is answered before its message was sent is one message, and one that is taken back is none', async () => {
  const { store, becomes, later } = await given();
  await becomes(abort, 'anna');
  await becomes({ ...abort, state: approved }, 'bert');
  const messages = await later();
  expect(messages).toMatchObject([
    {
      type: 'approval.decided',
      state: 'once',
      title: 'campaign sp4: abort was approved by bert',
      ends: [],
    },
  ]);
  expect(messages[0]?.inAll).toBe(1);
  await becomes({ ...abort, number: 2 }, 'anna');
  await becomes({ ...abort, number: 2, state: retracted }, 'anna');
  expect(await later()).toEqual([]);
  await store.close();
});
