import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { findServer } from '../../orchestrator/embedded-redis/find-server.ts';
import { packagesDir } from '../environment/private-redis.ts';
import { openCampaignLab, labClients, smallFiles } from '../fixtures/campaign-lab.ts';
import { prepareDeployedRedis } from '../fixtures/deployed-redis.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { until } from '../fixtures/until.ts';
import { type ReportRow, verdict } from '../lab/expected.ts';
import { environmentOf, fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';

const root = join(import.meta.dirname, '../..');
const doc = readFileSync(join(root, 'docs/operations/backup.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'servpack-drill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clients = 40;
/** Few slots, so that the backup is taken in the middle. */
const campaignFile =
  'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true, gate: { failures: 100 % } }]\nstructural: atOnce\n' +
  'ladder: [wait, relocation]\nbudgets: { active: 4, perLogonServer: 2 }\n';

/** What is asked again and again: the report reads the audit each time, in a thread of its own. */
const statusBy = async (operator: Operator): Promise<CampaignStatus> =>
  (await operator.ask('GET', '/v1/campaigns/sp4')) as CampaignStatus;

/** No more can be proved of a client that was upgraded after the backup. */
const afterRestore = (row: ReportRow): ReportRow =>
  row.end === 'alreadyCurrent' ? { ...row, end: 'upgraded' } : row;

/** The other difference that docs/operations/backup.md names. */
const restartedOnceMore = 'it was restarted although nothing since its last start asked for it';

/** The commands of a block of docs/operations/backup.md, by its first line. */
const commandsOf = (name: string): string =>
  new RegExp(`\`\`\`sh\\n# ${name}\\n([^]*?)\`\`\``).exec(doc)?.[1] ?? `exit 1 # no block ${name}`;

/** Runs the documented commands, with the paths of a service moved into this folder. */
async function openShell(home: string, url: URL, env: Readonly<Record<string, string>>) {
  const server = unwrapped(await findServer({ env: process.env, packagesDir, log: console }));
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  const secret = join(home, 'admin-password');
  writeFileSync(secret, decodeURIComponent(url.password), { mode: 0o600 });
  for (const [name, line] of [
    ['servpack', `exec "${process.execPath}" "${join(root, 'orchestrator/cli/main.ts')}" "$@"`],
    ['redis-cli', `exec "${join(dirname(server.path), 'redis-cli')}" "$@"`],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  const moved = (text: string): string =>
    text
      .replaceAll('/etc/servpack/redis-admin-password', secret)
      .replaceAll('/var/backups/servpack/2026-11-29T0200', '"$(echo /var/backups/servpack/*)"')
      .replaceAll('/var/lib/redis', join(home, 'redis/data'))
      .replaceAll('/var/lib/servpack', join(home, 'servpack'))
      .replaceAll('/var/backups/servpack', join(home, 'backups'))
      .replaceAll('/var/lib/', `${home}/`)
      .replaceAll('-p 6379', `-p ${url.port}`);
  return (name: string): string =>
    execFileSync('bash', ['-euc', moved(commandsOf(name))], {
      env: { ...server.env, ...env, PATH, NODE_NO_WARNINGS: '1' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
}

test.each(['with Redis', 'without Redis'])(
  'a campaign goes on after everything was lost, %s',
  async (how) => {
    await using stack = new AsyncDisposableStack();
    const home = mkdtempSync(join(folder, 'home-'));
    const redis = await prepareDeployedRedis(join(home, 'redis'));
    await redis.start();
    stack.defer(() => redis.kill());
    const dataDir = join(home, 'servpack');
    mkdirSync(dataDir);
    const files = await smallFiles(mkdtempSync(join(home, 'files-')), labClients(clients));
    const installation: LabInstallation = {
      redisUrl: redis.url('servpack'),
      prefix: 'servpack',
      dataDir,
      clock: fromMondayEvening(14_400),
    };
    const lab = stack.use(await openCampaignLab(installation, { files, seed: 'drill' }));
    const run = await openShell(home, new URL(redis.url('admin')), environmentOf(installation));
    await lab.begin(campaignFile);
    const worker = await lab.startWorker();
    const settled = async (): Promise<number> => (await statusBy(lab.operator)).settled;
    await until('in its middle', async () => (await settled()) >= 8);
    run('back up');
    const atBackup = await settled();
    expect(atBackup).toBeLessThan(clients);
    const beyond = Math.min(clients, atBackup + 3);
    await until('beyond the backup', async () => (await settled()) >= beyond);

    // The power fails, and the disk is gone.
    for (const each of [lab.orchestrator, worker]) each.kill('SIGKILL');
    await Promise.all([lab.orchestrator.ended, worker.ended, redis.kill()]);
    rmSync(redis.data, { recursive: true });
    rmSync(dataDir, { recursive: true });

    mkdirSync(redis.data, { recursive: true });
    run('put back');
    if (how === 'without Redis') rmSync(join(redis.data, 'appendonlydir'), { recursive: true });
    await redis.start();
    const rebuilt = 'campaign sp4, which is paused';
    expect(how === 'without Redis' ? run('rebuild') : rebuilt).toContain(rebuilt);
    expect(readdirSync(join(dataDir, 'audit'))).toContain('servpack-0.jsonl');
    const orchestrator = await lab.startOrchestrator('orchestrator-2');
    await lab.startWorker('worker-2');
    const operator = new Operator(urlOf(orchestrator), dataDir);
    const before = await statusBy(operator);
    expect(before.status).toBe(how === 'with Redis' ? 'running' : 'paused');
    expect(before.settled).toBeLessThan(clients);
    if (how === 'without Redis') await operator.ask('POST', '/v1/campaigns/sp4/resume');

    await until('ended', async () => (await statusBy(operator)).status === 'ended');
    const { clients: rows } = (await operator.ask('GET', '/v1/campaigns/sp4/report')) as {
      readonly clients: readonly ReportRow[];
    };
    expect(rows).toHaveLength(clients);
    const faults = verdict(await lab.control.truth(), rows.map(afterRestore), {
      relocation: true,
      workaround: false,
    });
    expect(faults.filter((fault) => !fault.endsWith(restartedOnceMore))).toEqual([]);
  },
);
