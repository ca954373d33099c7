import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { recordsFormat } from '../../shared/store/redis/sharding/shards.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { until } from '../fixtures/until.ts';
import {
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { putKeys, type RedisCopy } from './redis-copy.ts';
import { campaigns, fleetCsv, openRelocation, seed } from './scenario.ts';

/** What `record.ts` wrote in the middle of campaigns of an earlier version. */
interface Recorded {
  readonly prefix: string;
  readonly labNow: number;
  readonly token: string;
  readonly keys: RedisCopy;
  /** The audit files, by name. */
  readonly files: Readonly<Record<string, string>>;
}

const recorded = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, '995216f7.json.gz'))).toString(),
) as Recorded;

const halted = 'servpack is upgraded';

interface Status {
  readonly status: string;
  readonly states: Readonly<Record<string, number>>;
}

test('campaigns that an earlier version began are brought to their end, and its audit is verified', async () => {
  await using stack = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'servpack-upgrade-'));
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
  const [dataDir, tree] = [join(home, 'data'), join(home, 'tree')];
  const audit = join(dataDir, 'audit');
  for (const folder of [dataDir, audit, tree]) mkdirSync(folder, { mode: 0o700 });
  await writeTree(tree);
  writeFileSync(join(home, 'fleet.csv'), fleetCsv);
  writeFileSync(join(dataDir, 'token'), recorded.token, { mode: 0o600 });
  for (const [name, text] of Object.entries(recorded.files)) writeFileSync(join(audit, name), text);
  // The blocks of the audit name the prefix, so it has to be the recorded one.
  const { url: redisUrl, stop } = await startPrivateRedis();
  stack.defer(stop);
  const redis = new Redis(redisUrl);
  stack.defer(() => redis.disconnect());
  await putKeys(redis, recorded.keys);
  const clock = { labAt: recorded.labNow, realAt: Date.now(), speed: 14_400 };
  const installation: LabInstallation = { redisUrl, prefix: recorded.prefix, dataDir, clock };

  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), dataDir);
  const statusOf = async (name: string) => (await operator.ask('GET', `/v1/campaigns/${name}`)) as Status;
  const before = Object.fromEntries(
    await Promise.all(Object.keys(campaigns).map(async (name) => [name, (await statusOf(name)).status])),
  );
  expect(before).toEqual({ run: 'running', hold: 'paused', ask: 'running', later: 'created' });
  const relocating = (await operator.ask('GET', `/v1/clients/${openRelocation}/why`)) as { state: string };
  expect(relocating.state).toBe('remedying');
  expect(await operator.ask('GET', '/v1/halt')).toMatchObject({
    halted: { because: halted },
  });
  for (const list of ['tokens', 'sessions'])
    expect(await operator.ask('GET', `/v1/${list}`)).toMatchObject({ [list]: [] });

  const fleet = await startFleetProcess(installation, {
    fleetCsv: join(home, 'fleet.csv'),
    seed,
    tree,
    checkIn: null,
  });
  stack.defer(() => fleet.stop());
  const worker = await startWorker(installation, portOf(fleet));
  stack.defer(() => worker.stop());
  await operator.ask('POST', '/v1/unhalt', { override: true, reason: 'the new version runs' });
  await operator.ask('POST', '/v1/campaigns/hold/resume', { override: true, reason: 'it is quiet' });
  await operator.ask('POST', '/v1/campaigns/later/start');
  // Another person than the one of the token file, who began the campaign.
  const person = new Operator(urlOf(orchestrator), dataDir, 'kim');
  await person.ask('POST', '/v1/approvals', { id: 'ask/wave/rest', answer: 'approved' });
  const all = (): Promise<readonly Status[]> => Promise.all(Object.keys(campaigns).map(statusOf));
  await until('every campaign has ended', async () =>
    (await all()).every(({ status }) => status === 'ended'),
  );
  expect((await all()).map(({ states }) => states['upgraded'])).toEqual([4, 3, 4, 1]);
  expect(await operator.ask('GET', '/v1/audit/verify')).toMatchObject({ faults: [] });
  // What the earlier version had not sealed when it was killed is in the files now.
  expect(Object.values(recorded.files).join('')).not.toContain(halted);
  expect(
    readdirSync(audit)
      .map((name) => readFileSync(join(audit, name), 'utf8'))
      .join(''),
  ).toContain(halted);

  await redis.set(keysOf(recorded.prefix, 0).of('format'), recordsFormat + 1);
  await Promise.all([orchestrator.stop(), worker.stop()]);
  const refused = `the records of ${recorded.prefix} have format ${recordsFormat + 1}, which a newer servpack has written`;
  await expect(startOrchestrator(installation)).rejects.toThrow(refused);
  await expect(startWorker(installation, portOf(fleet))).rejects.toThrow(refused);
});
