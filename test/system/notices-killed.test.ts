import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { type Installation, startOrchestrator, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import type { LabProcess } from '../lab/process.ts';
import { secret } from '../notify/notice-fixture.ts';
import { openReceiver, titlesOf } from '../notify/receiver.ts';

const started: LabProcess[] = [];
let folder: string;
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.kill('SIGKILL');
    await each.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

test('a leader that is killed between making and delivering a message loses none, and the next one makes none twice', async () => {
  await using receiver = await openReceiver();
  folder = mkdtempSync(join(tmpdir(), 'servpack-notices-'));
  writeFileSync(join(folder, 'ops.secret'), `${secret}\n`, { mode: 0o600 });
  const notify = join(folder, 'notify.yaml');
  const ops = `{ form: webhook, url: "${receiver.url}", private: allowed, secret: { file: ops.secret } }`;
  writeFileSync(notify, `notify:\n  destinations:\n    ops: ${ops}\n`);
  const { url: redisUrl, prefix } = testRedis();
  const settings = { SERVPACK_NOTIFY: notify };
  const installation: Installation = { redisUrl, prefix, dataDir: folder, settings };
  const start = async (): Promise<LabProcess> => {
    const orchestrator = await startOrchestrator(installation);
    started.push(orchestrator);
    return orchestrator;
  };
  const first = await start();
  const store = unwrapped(await openRedisStore({ url: redisUrl, prefix }));
  try {
    await until('the first one leads', async () => (await store.leader()) !== null);
    // From here on it reads the audit: what was before it began is no news.
    await until('it follows the audit', async () => (await store.readNoticeMemory()).version > 0);
    const second = await start();
    const operator = new Operator(urlOf(second), folder);
    const reasoned = { reason: 'the share is full', override: true };
    receiver.answer(503);
    await openCampaign(store, { clients: [workstation('pc-1')], at: Date.now() });
    await operator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the share is full' });
    await until('the message was tried', async () => (await store.deliveries(1)).length === 1);
    const [line] = await store.noticeLines();
    first.kill('SIGKILL');
    await first.ended;
    // Nobody leads now: the next leader reads this in the audit.
    await operator.ask('POST', '/v1/campaigns/sp4/resume', reasoned);
    receiver.answer(204);
    await until('both messages have come', () => receiver.got.length >= 2);
    await operator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'enough' });
    await until('the third one has come', () => receiver.got.length >= 3);
    expect(titlesOf(receiver).map((title) => title.replace(/ by .*/, ''))).toEqual([
      'campaign sp4 is paused',
      'campaign sp4 goes on, resumed',
      'campaign sp4 was aborted',
    ]);
    const ids = receiver.got.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(line?.notice);
    expect(new Set(ids).size).toBe(3);
    const resumed = JSON.parse(receiver.got[1]?.body ?? '') as { data: { ends: readonly unknown[] } };
    expect(resumed.data.ends).toMatchObject([{ type: 'campaign.paused', messages: [line?.notice] }]);
    const key = secret.slice('whsec_'.length);
    expect(readFileSync(join(folder, 'logs/orchestrator.log'), 'utf8')).not.toContain(key);
    expect((await store.readNotice(line?.notice ?? ''))?.text).not.toContain(key);
  } finally {
    await store.close();
  }
});
