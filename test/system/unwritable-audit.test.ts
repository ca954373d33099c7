import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { fleetText, labClients } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { startOrchestrator, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';

interface Health {
  readonly audit?: { readonly because: string };
}

test('an audit on a full disk is said by health while it is so, and has no hole afterwards', async (context) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-audit-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const disk = join(dataDir, 'audit');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    context.skip(`a disk of its own needs root: ${String(error).split('\n')[1] ?? ''}`);
  }
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  const filler = join(disk, 'filler');
  const prefix = `audit-${Date.now()}-${process.pid}`;
  const orchestrator = await startOrchestrator({ redisUrl: testRedis().url, prefix, dataDir });
  onTestFinished(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), dataDir);
  const health = async (): Promise<Health> => (await operator.ask('GET', '/v1/health')) as Health;
  await operator.importFleet('fleet.csv', fleetText(labClients(40)));
  await until('the audit has a file', () => existsSync(join(disk, `${prefix}-0.jsonl`)));
  expect(await health()).not.toHaveProperty('audit');

  try {
    writeFileSync(filler, Buffer.alloc(1024 * 1024));
  } catch {
    // The disk has taken what it has room for, and is full.
  }
  await operator.importFleet('fleet.csv', fleetText(labClients(80)));
  await until('health says it', async () => (await health()).audit !== undefined);
  // Health is open to all, so it names no folder.
  expect((await health()).audit?.because).toMatch(/^(ENOSPC|[a-z /]*disk[a-zA-Z /]*)$/);

  rmSync(filler);
  await until('the audit is written again', async () => (await health()).audit === undefined);
  expect(await operator.ask('GET', '/v1/audit/verify')).toMatchObject({ faults: [] });
  const imports = (await operator.exportAudit()).filter(({ client }) => client === null);
  expect(imports).toHaveLength(2);
});
