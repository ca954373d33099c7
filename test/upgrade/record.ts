import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { environmentOf, fromMondayEvening, portOf, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { startProcess } from '../lab/process.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { copyKeys } from './redis-copy.ts';
import { campaigns, fleetCsv, openRelocation, seed } from './scenario.ts';

/**
 * Records what lies in Redis and on the disk in the middle of campaigns of another version of
 * servpack: `node test/upgrade/record.ts CHECKOUT`, where CHECKOUT is a checkout of that version
 * with its dependencies. Writes `test/upgrade/COMMIT.json.gz`; takes a minute.
 */
const checkout = resolve(process.argv[2] ?? '');
const home = mkdtempSync(join(tmpdir(), 'servpack-record-'));
const dataDir = join(home, 'data');
const tree = join(home, 'tree');
for (const folder of [dataDir, tree]) mkdirSync(folder);
await writeTree(tree);
writeFileSync(join(home, 'fleet.csv'), fleetCsv);

const redis = await startPrivateRedis();
const prefix = 'servpack';
const installation = { redisUrl: redis.url, prefix, dataDir, clock: fromMondayEvening(3_600) };
const env = environmentOf(installation);
const start = (name: string, script: string, readyWhen: string, args: readonly string[] = [], more = {}) =>
  startProcess({
    name,
    args: [join(checkout, script), ...args],
    env: { ...env, ...more },
    logFile: join(home, `${name}.log`),
    readyWhen,
  });

const orchestrator = await start('orchestrator', 'orchestrator/main.ts', 'servpack orchestrator: http', [], {
  SERVPACK_PORT: '0',
});
const operator = new Operator(urlOf(orchestrator), dataDir);
await operator.importFleet('fleet.csv', fleetCsv);
await operator.stageTree(home, tree);
const fleet = await start('fleet', 'test/lab/fleet/main.ts', '"fleet":"ready"', [
  `--fleet=${join(home, 'fleet.csv')}`,
  `--seed=${seed}`,
  `--release=${tree}`,
  '--traits=usual',
]);
const control = connectFleetControl({ port: portOf(fleet) });
const held = await control.hold({ client: openRelocation, step: 'record', when: 'before' });
const worker = await start('worker', 'workers/main.ts', 'servpack worker: ready', [], {
  SERVPACK_GATEWAY: `simulated:${portOf(fleet)}`,
  // The held call is not given up.
  SERVPACK_CALL_SECONDS: '600',
});
for (const [name, text] of Object.entries(campaigns)) {
  await operator.createCampaign(text);
  if (name !== 'later') await operator.ask('POST', `/v1/campaigns/${name}/start`);
}
await operator.ask('POST', '/v1/campaigns/hold/pause', { reason: 'the phones ring' });
await held.reached();
for (;;) {
  const { approvals } = (await operator.ask('GET', '/v1/approvals')) as { approvals: unknown[] };
  const { states: run } = (await operator.ask('GET', '/v1/campaigns/run')) as {
    states: Record<string, number>;
  };
  if (approvals.length > 0 && (run['deferred'] ?? 0) > 0 && (run['upgraded'] ?? 0) > 0) break;
  await pause(500);
}
await operator.ask('POST', '/v1/halt', { reason: 'servpack is upgraded' });
// The orchestrator seals each second: killed now, it leaves the last entries unsealed.
orchestrator.kill('SIGKILL');
await orchestrator.ended;
worker.kill('SIGKILL');
fleet.kill('SIGKILL');
await Promise.all([worker.ended, fleet.ended]);

const client = new Redis(redis.url);
const keys = await copyKeys(client);
client.disconnect();
await redis.stop();
const audit = join(dataDir, 'audit');
const files = Object.fromEntries(
  readdirSync(audit).map((name) => [name, readFileSync(join(audit, name), 'utf8')]),
);
const { labAt, realAt, speed } = installation.clock;
const recorded = {
  prefix,
  labNow: labAt + (Date.now() - realAt) * speed,
  token: readFileSync(join(dataDir, 'token'), 'utf8'),
  keys,
  files,
};
const packed = gzipSync(JSON.stringify(recorded), { level: 9 });
const commit = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], {
  cwd: checkout,
  encoding: 'utf8',
}).trim();
writeFileSync(join(import.meta.dirname, `${commit}.json.gz`), packed);
console.log(`${commit}: ${Object.keys(keys).length} keys, ${packed.length} bytes`);
rmSync(home, { recursive: true });
await control.close();
