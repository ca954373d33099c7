import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { prepareRedis } from '../lab/chaos/own-redis.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { defaultComponents } from '../lab/fleet/read-release.ts';
import type { Operator } from '../lab/operator.ts';
import { filePlaces, processPlaces, redisPlaces, type Secret, secretsIn } from '../lab/secret-search.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-secrets-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const token = 'marker/of+the=API~token-0123456789';
const checkInKey = 'marker/of+the=check~in+key-0123456789';
const wrongToken = 'marker/of+a=refused~token-0123456789';

test('no secret stands in Redis, in files, logs, command lines or environments after a campaign', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = join(folder, 'data');
  const passwordFile = join(folder, 'redis-password');
  const own = await prepareRedis(folder);
  const redisProcess = await own.start();
  stack.defer(() => redisProcess.stop());
  mkdirSync(dataDir);
  writeFileSync(passwordFile, own.password, { mode: 0o600 });
  writeFileSync(join(dataDir, 'token'), token, { mode: 0o600 });
  writeFileSync(join(dataDir, 'checkin-key'), checkInKey, { mode: 0o600 });
  const installation: LabInstallation = {
    redisUrl: `redis://127.0.0.1:${new URL(own.url).port}`,
    prefix: 'secrets',
    dataDir,
    clock: fromMondayEvening(60_000),
    logLevel: 'trace',
    settings: { REDIS_PASSWORD_FILE: passwordFile, SERVPACK_CHECKIN_PORT: '0' },
  };
  const files = await smallFiles(folder, labClients(40));
  const lab = stack.use(
    await openCampaignLab(installation, {
      files: { ...files, stage: (operator) => stageWithEnvironment(operator, files.tree) },
      seed: 'secrets',
    }),
  );
  const workers = [await lab.startWorker('lost'), await lab.startWorker()];
  await lab.operator.createCampaign(
    'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\n',
  );
  await lab.operator.ask('POST', '/v1/campaigns/sp4/start');
  const clientToken = await checkIn(lab.operator, dataDir);
  await refusedCalls(urlOf(lab.orchestrator));
  workers[0]?.kill('SIGKILL');
  await workers[0]?.ended;
  await untilEnded(lab.operator);

  const redis = new Redis(own.url);
  stack.defer(() => redis.disconnect());
  const secrets: readonly Secret[] = [
    { name: 'the token of the API', text: token },
    { name: 'the check-in key', text: checkInKey },
    { name: 'a check-in token', text: clientToken },
    { name: 'the password of Redis', text: own.password },
    { name: 'a refused token', text: wrongToken },
  ];
  const running = [lab.orchestrator, redisProcess, ...workers.slice(1)];
  const search = async (): Promise<readonly string[]> =>
    secretsIn(
      [
        ...(await redisPlaces(redis)),
        ...filePlaces(folder, [
          passwordFile,
          join(folder, 'redis/redis.conf'),
          join(folder, 'redis/running.json'),
          join(dataDir, 'token'),
          join(dataDir, 'checkin-key'),
        ]),
        ...processPlaces(running),
      ],
      secrets,
    );
  expect(readFileSync(join(folder, 'environment'), 'utf8')).toContain('PATH=');
  expect(await search()).toEqual([]);

  // The search finds each secret in each form where one is put on purpose.
  await redis.xadd('planted-stream', '*', 'error', Buffer.from(`see ${token}`).toString('base64'));
  await redis.hset('planted-job', 'stacktrace', encodeURIComponent(wrongToken));
  await redis.rpush('planted-list', clientToken);
  writeFileSync(join(dataDir, 'audit/planted'), Buffer.from(own.password).toString('hex'));
  expect(await search()).toEqual(
    expect.arrayContaining([
      'the token of the API stands in Redis key planted-stream (base64)',
      'a refused token stands in Redis key planted-job (URL-encoded)',
      'a check-in token stands in Redis key planted-list (plain)',
      `the password of Redis stands in ${join(dataDir, 'audit/planted')} (hex)`,
    ]),
  );
});

/** Stages the tree with a command that writes down its own environment and arguments. */
async function stageWithEnvironment(operator: Operator, tree: string): Promise<void> {
  const command = join(folder, 'environment.sh');
  writeFileSync(command, `#!/bin/sh\nenv > ${folder}/environment\necho "$@" >> ${folder}/environment\n`);
  chmodSync(command, 0o755);
  const path = join(folder, 'release.yaml');
  writeFileSync(
    path,
    `release: test-release\nproduct: sms-1.2\nservicePack: 4\ntree: ${tree}\ncomponents: ${defaultComponents}\nupgrade: { command: ["${command}"], timeout: 5m }\n`,
  );
  await operator.ask('POST', '/v1/releases', { path });
}

/** Checks in by every form of the token that the endpoint reads, and with a token that is wrong. */
async function checkIn(operator: Operator, dataDir: string): Promise<string> {
  const path = '/v1/fleet/tokens?client=pc-0&format=jsonl';
  const { token: own } = (await operator.ask('GET', path)) as { token: string };
  const url = `${readFileSync(join(dataDir, 'checkin-url'), 'utf8').trim()}/checkin/pc-0`;
  const basic = Buffer.from(`pc-0:${own}`).toString('base64');
  const sent = [
    await fetch(url, { method: 'POST', body: 'log', headers: { authorization: `Bearer ${own}` } }),
    await fetch(url, { method: 'POST', body: 'log', headers: { authorization: `Basic ${basic}` } }),
    await fetch(`${url}?token=${encodeURIComponent(own)}`),
    await fetch(`${url}?token=${encodeURIComponent(wrongToken)}`),
  ];
  expect(sent.map(({ status }) => status)).toEqual([200, 200, 200, 401]);
  return own;
}

/** Calls with a wrong token, and with the right one in places where no token belongs. */
async function refusedCalls(url: string): Promise<void> {
  const asked = [
    fetch(`${url}/v1/campaigns`, { headers: { authorization: `Bearer ${wrongToken}` } }),
    fetch(`${url}/v1/campaigns?token=${encodeURIComponent(token)}`),
    fetch(`${url}/v1/${encodeURIComponent(token)}`, { headers: { authorization: `Bearer ${token}` } }),
    fetch(`${url}/v1/campaigns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"file": ',
    }),
  ];
  for (const { status } of await Promise.all(asked)) expect(status).toBeGreaterThanOrEqual(400);
}

async function untilEnded(operator: Operator): Promise<void> {
  await expect
    .poll(async () => {
      const { status } = (await operator.ask('GET', '/v1/campaigns/sp4')) as { status: string };
      if (status === 'paused') await operator.ask('POST', '/v1/campaigns/sp4/resume');
      return status;
    })
    .toBe('ended');
}
