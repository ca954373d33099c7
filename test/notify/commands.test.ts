import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { deliverHead } from '../../orchestrator/notify/deliver.ts';
import type { NotifySettings } from '../../orchestrator/notify/settings.ts';
import { noticeLogLines, redeliveryLines, testLines } from '../../orchestrator/cli/render/notify.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { gateNotice, secretFile, webhookTo } from './notice-fixture.ts';
import { openReceiver, titlesOf } from './receiver.ts';

const wide = { ...plainView, width: 200 };
const tried = {
  notice: 'msg_1',
  destination: 'ops',
  at: 0,
  outcome: 'failed',
  because: 'it answers 503',
} as const;

test('notify test, log and redeliver say what became of messages, and a test enables a disabled destination', async () => {
  await using receiver = await openReceiver();
  const notifier = { settings: webhookTo(receiver.url), sending: { env: {}, hooks: null, now: Date.now } };
  const store = createMemoryStore(Date.now);
  await using orchestrator = await startSmallOrchestrator(store, { context: { notifier } });
  const sent = async (body: object) => (await orchestrator.ask('POST', '/v1/notify/test', body)).body;
  const log = async () => noticeLogLines(wide, (await orchestrator.ask('GET', '/v1/notify/log')).body);

  receiver.answer(500);
  expect(await runHosted(orchestrator, ['notify', 'test'])).toMatchObject({
    code: 1,
    stdout: 'ops (webhook): not delivered: it answers 500\n',
  });
  receiver.answer(200);
  await store.disableDestination('ops', 'it answers 410');
  expect(await log()).toContain(
    'ops (webhook): disabled: it answers 410; enable it: servpack notify test ops',
  );
  expect(testLines(wide, await sent({ destination: 'ops' }))).toEqual([
    'ops (webhook): delivered: it answers 200',
  ]);
  expect(titlesOf(receiver)).toEqual(['this is a test of servpack']);
  expect((await log()).at(-1)).toMatch(/^No message was sent yet\. Tests are not listed here/);
  expect((await store.disabledDestinations()).size).toBe(0);
  expect((await sent({ destination: 'opps' })).error).toMatchObject({
    code: 'notFound.destination',
    message: expect.stringContaining('there is no destination named opps; there are ops') as string,
  });

  await store.commitNotices(0, '{}', [{ id: 'msg_1', text: JSON.stringify(gateNotice()), to: ['ops'] }]);
  await store.endDelivery(tried, { tries: 1, firstAt: 0, dueAt: 3_600_000 });
  expect(await log()).toEqual([
    'ops (webhook): 1 message waits, the first was tried 1 time, next at 1970-01-01T01:00:00Z',
    '',
    '1970-01-01T00:00:00Z ops: campaign sp4: a gate has paused it (msg_1): not delivered, tried again: it answers 503',
  ]);
  await store.endDelivery({ ...tried, outcome: 'delivered' }, null);
  const again = async (id: string) => orchestrator.ask('POST', `/v1/notify/messages/${id}/redeliver`, {});
  expect(redeliveryLines(wide, (await again('msg_1')).body)).toEqual(['msg_1 is delivered once more to ops']);
  expect((await store.noticeLines()).map(({ notice }) => notice)).toEqual(['msg_1']);
  expect((await again('msg_2')).status).toBe(404);
});

test('notify test gives the last line of the standard error of a command that fails, and Redis keeps none of it', async () => {
  const program = secretFile('#!/bin/sh\necho "no route to the pager" >&2\nexit 3\n');
  chmodSync(program, 0o700);
  const settings: NotifySettings = {
    ...webhookTo('https://hooks.example/'),
    destinations: [
      {
        name: 'pager',
        kinds: ['gate.broken'],
        quiet: null,
        by: { form: 'command', run: ['secret'], timeoutMs: 10_000 },
      },
    ],
  };
  const sending = { env: {}, hooks: dirname(program), now: Date.now };
  const store = createMemoryStore(Date.now);
  await using orchestrator = await startSmallOrchestrator(store, {
    context: { notifier: { settings, sending } },
  });
  expect(await runHosted(orchestrator, ['notify', 'test'])).toMatchObject({
    code: 1,
    stdout: 'pager (command): not delivered: secret ended with exit code 3: no route to the pager\n',
  });
  await store.commitNotices(0, '{}', [{ id: 'msg_1', text: JSON.stringify(gateNotice()), to: ['pager'] }]);
  const [line] = await store.noticeLines();
  if (line === undefined) throw new Error('no line');
  const logged: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void logged.push(fields) };
  await deliverHead({ ...sending, store, settings, log }, line);
  expect(logged).toMatchObject([{ printed: 'no route to the pager' }]);
  expect(JSON.stringify(await store.deliveries(9))).not.toContain('no route');
});

test('the doctor says of each destination what became of its last message', async () => {
  const notifier = {
    settings: webhookTo('https://hooks.example/'),
    sending: { env: {}, hooks: null, now: Date.now },
  };
  const store = createMemoryStore(Date.now);
  await using orchestrator = await startSmallOrchestrator(store, { context: { notifier } });
  const says = async (): Promise<readonly string[]> =>
    (
      (await orchestrator.ask('GET', '/v1/doctor')).body as { checks: readonly { says: string }[] }
    ).checks.flatMap((check) => (/destination|message/.test(check.says) ? [check.says] : []));
  const unused =
    'no message to ops was tried yet, so it is not known whether one arrives (servpack notify test)';
  expect(await says()).toEqual([unused]);
  await store.commitNotices(0, '{}', [{ id: 'msg_1', text: '{}', to: ['ops'] }]);
  expect(await says()).toEqual([unused]);
  // The first try has failed just now.
  const firstAt = Date.UTC(2026, 10, 17, 9);
  await store.endDelivery(tried, { tries: 1, firstAt, dueAt: firstAt + 5_000 });
  expect(await says()).toEqual([
    '1 message waits for destination ops, tried 1 time in vain since 2026-11-17T09:00:00Z: it answers 503',
  ]);
  await store.endDelivery({ ...tried, at: firstAt, outcome: 'gaveUp' }, null);
  expect(await says()).toEqual([
    'destination ops did not get its last message, given up at 2026-11-17T09:00:00Z: it answers 503',
  ]);
  await store.disableDestination('ops', 'it answers 410');
  expect(await says()).toEqual(['destination ops is disabled: it answers 410']);
  await store.disableDestination('ops', null);
  await store.commitNotices(1, '{}', [{ id: 'msg_2', text: '{}', to: ['ops'] }]);
  await store.endDelivery({ ...tried, notice: 'msg_2', outcome: 'delivered' }, null);
  expect(await says()).toEqual(['the last message to ops was delivered']);
});

test('without destinations the commands say which setting is missing', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const run = await runHosted(orchestrator, ['notify', 'log']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('set SERVPACK_NOTIFY') as string });
});
