import { expect, test } from 'vitest';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { gateNotice, webhookTo } from './notice-fixture.ts';
import { openReceiver, titlesOf } from './receiver.ts';

test('notify test, log and redeliver say what became of messages, and a test enables a disabled destination', async () => {
  await using receiver = await openReceiver();
  const notifier = { settings: webhookTo(receiver.url), sending: { env: {}, hooks: null, now: Date.now } };
  const store = createMemoryStore(Date.now);
  await using orchestrator = await startSmallOrchestrator(store, undefined, undefined, undefined, notifier);
  const run = async (...args: readonly string[]) => runCliAt(orchestrator, ['notify', ...args]);

  receiver.answer(500);
  expect(await run('test')).toMatchObject({
    code: 1,
    stdout: 'ops (webhook): not delivered: it answers 500\n',
  });
  receiver.answer(200);
  await store.disableDestination('ops', 'it answers 410');
  expect((await run('log')).stdout).toContain(
    'ops (webhook): disabled: it answers 410; enable it: servpack notify test ops',
  );
  expect(await run('test', 'ops')).toMatchObject({
    code: 0,
    stdout: 'ops (webhook): delivered: it answers 200\n',
  });
  expect(titlesOf(receiver)).toEqual(['this is a test of servpack']);
  expect((await store.disabledDestinations()).size).toBe(0);

  await store.commitNotices(0, '{}', [{ id: 'msg_1', text: JSON.stringify(gateNotice()), to: ['ops'] }]);
  const tried = {
    notice: 'msg_1',
    destination: 'ops',
    at: 0,
    outcome: 'failed',
    because: 'it answers 503',
  } as const;
  await store.endDelivery(tried, { tries: 1, firstAt: 0, dueAt: 3_600_000 });
  expect((await run('log')).stdout.split('\n')).toEqual([
    'ops (webhook): 1 message waits, the first was tried 1 time, next at 1970-01-01T01:00:00Z',
    '',
    '1970-01-01T00:00:00Z ops: campaign sp4: a gate has paused it (msg_1): not delivered, tried again: it answers 503',
    '',
  ]);
  await store.endDelivery({ ...tried, outcome: 'delivered' }, null);
  expect(await run('redeliver', 'msg_1')).toMatchObject({
    code: 0,
    stdout: 'msg_1 is delivered once more to ops\n',
  });
  expect((await store.noticeLines()).map(({ notice }) => notice)).toEqual(['msg_1']);

  const keys = async (...args: readonly string[]) =>
    Object.keys(JSON.parse((await run(...args, '--json')).stdout) as object);
  expect(await keys('test')).toEqual(['schemaVersion', 'results']);
  expect(await keys('log')).toEqual(['schemaVersion', 'destinations', 'deliveries']);
  expect(await keys('redeliver', 'msg_1', 'ops')).toEqual(['schemaVersion', 'message', 'destinations']);
  expect(await run('redeliver', 'msg_2')).toMatchObject({ code: 4 });
  expect(await run('test', 'opps')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('there is no destination named opps; there are ops') as string,
  });
});

test('without destinations the commands say which setting is missing', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const run = await runCliAt(orchestrator, ['notify', 'log']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('set SERVPACK_NOTIFY') as string });
});
