import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { type Installation, startOrchestrator, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import type { LabProcess } from '../lab/process.ts';
import type { ReadMessage } from './read-syslog.ts';
import { openSyslogReceiver, type SyslogReceiver } from './syslog-receiver.ts';

const started: LabProcess[] = [];
let folder = '';
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.kill('SIGKILL');
    await each.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Two orchestrators that forward the audit to this receiver; the first one leads. */
async function begin(receiver: SyslogReceiver) {
  folder = mkdtempSync(join(tmpdir(), 'servpack-forward-'));
  const file = join(folder, 'forward.yaml');
  writeFileSync(file, `forward: { to: syslog, server: 127.0.0.1, port: ${receiver.port}, tls: none }\n`);
  const { url: redisUrl, prefix } = testRedis();
  const installation: Installation = {
    redisUrl,
    prefix,
    dataDir: folder,
    settings: { SERVPACK_FORWARD: file },
  };
  const start = async (name: string): Promise<LabProcess> => {
    const orchestrator = await startOrchestrator(installation, 0, name);
    started.push(orchestrator);
    return orchestrator;
  };
  const first = await start('first');
  const store = unwrapped(await openRedisStore({ url: redisUrl, prefix }));
  await until('the position is there', async () => (await store.readForwarded(0)) !== null);
  const from = (await store.readForwarded(0))?.after ?? '';
  await openCampaign(store, { clients: [workstation('pc-1')], at: Date.now() });
  const second = await start('second');
  return { first, store, from, operator: new Operator(urlOf(second), folder) };
}

const idsOf = (got: readonly ReadMessage[]): readonly string[] => got.map(({ params }) => params['id'] ?? '');

/** The entries after the position at which forwarding began, oldest first. */
async function entriesAfter(store: Store, after: string): Promise<readonly string[]> {
  return (await store.auditAfter(0, after, 10_000)).map(({ id }) => `0/${id}`);
}

const everyoneSays = 'the phones ring';

test('a leader that is killed while it sends loses no entry, and what comes again says so', async () => {
  await using receiver = await openSyslogReceiver();
  const { first, store, from, operator } = await begin(receiver);
  try {
    const act = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) {
        await operator.ask('POST', '/v1/halt', { reason: `${everyoneSays} "${n}" ]\\` });
        await operator.ask('POST', '/v1/unhalt', { reason: 'it is quiet', override: true });
      }
    };
    await act(5);
    await until(
      'the receiver has the first entries',
      async () => receiver.got.length >= 10 && (await store.readForwarded(0))?.sending === null,
    );
    const acknowledged = new Set(idsOf(receiver.got));
    // From now on it reads, and never says that it has.
    receiver.behave('hold');
    await act(5);
    await until('a batch is under way', async () => (await store.readForwarded(0))?.sending !== null);
    await until('the receiver has read of it', () => receiver.got.length > acknowledged.size);
    first.kill('SIGKILL');
    await first.ended;
    await act(3);
    receiver.behave('take');
    await until('another one leads and has sent everything', async () => {
      const wanted = await entriesAfter(store, from);
      const there = new Set(idsOf(receiver.got));
      return wanted.length >= 26 && wanted.every((id) => there.has(id));
    });
    expect(receiver.faults).toEqual([]);
    // Each entry for the first time in the order of the audit.
    expect([...new Set(idsOf(receiver.got))].slice(0, 26)).toEqual(
      (await entriesAfter(store, from)).slice(0, 26),
    );
    const seen = new Set<string>();
    const repeated = receiver.got.filter(({ params }) => {
      const id = params['id'] ?? '';
      const isRepeated = seen.has(id);
      seen.add(id);
      return isRepeated;
    });
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.filter(({ params }) => params['again'] !== '1')).toEqual([]);
    // What was acknowledged before the kill does not come again.
    expect(repeated.filter(({ params }) => acknowledged.has(params['id'] ?? ''))).toEqual([]);
    expect(receiver.got.some(({ params }) => params['who']?.includes('token default'))).toBe(true);
  } finally {
    await store.close();
  }
});

test('a receiver that cuts connections gets every entry in the end', async () => {
  await using receiver = await openSyslogReceiver();
  const { store, from, operator } = await begin(receiver);
  try {
    receiver.behave('cut');
    await operator.ask('POST', '/v1/halt', { reason: everyoneSays });
    await operator.ask('POST', '/v1/unhalt', { reason: 'it is quiet' });
    await until('it has cut a connection', () => receiver.connections >= 1 && receiver.got.length >= 1);
    receiver.behave('take');
    await until('it has all', async () => {
      const wanted = await entriesAfter(store, from);
      const there = new Set(idsOf(receiver.got));
      const position = await store.readForwarded(0);
      return wanted.length >= 2 && wanted.every((id) => there.has(id)) && position?.sending === null;
    });
    expect(receiver.faults).toEqual([]);
  } finally {
    await store.close();
  }
});
