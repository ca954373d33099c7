import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'servpack-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const finite: unknown = expect.any(Number);

test('the bench prints a table and writes its figures as JSON', async () => {
  const file = join(folder, 'figures.json');
  const size = ['--clients', '200', '--size', '100', '--rounds', '1'];
  const args = [...size, '--only', 'throughput', '--only', 'events', '--only', 'large', '--json', file];
  const { stdout } = await run(process.execPath, [join(root, 'test/bench/main.ts'), ...args], { cwd: root });

  expect(stdout).toContain('upgrades free, without a restart');
  expect(stdout).toContain('upgrades while 200 watch and 100/s read');
  const result = JSON.parse(readFileSync(file, 'utf8')) as { figures: { name: string; value: number }[] };
  expect(result).toMatchObject({
    machine: { cores: finite, memoryGiB: finite },
    settings: { clients: 200, size: 100, rounds: 1, concurrency: 50 },
  });
  expect(result.figures.find(({ name }) => name === 'upgrades with a relocation')).toEqual({
    name: 'upgrades with a relocation',
    unit: '1/s',
    value: finite,
    runs: [finite],
    limit: { name: 'raw BullMQ, defer cycles', value: finite, ratio: finite },
    aim: null,
  });
  // JSON has no NaN and no Infinity: a figure that was not measured is null.
  expect(result.figures.filter(({ value }) => typeof value !== 'number')).toEqual([]);
});

test('two versions are compared in turns, here one with itself', async () => {
  const args = [root, '--rounds', '1', '--size', '50', '--story', 'free'];
  const { stdout } = await run(process.execPath, [join(root, 'test/bench/against/main.ts'), ...args], {
    cwd: root,
  });
  for (const figure of ['upgrades', 'CPU of Redis', 'CPU of the worker', 'CPU of the orchestrator'])
    expect(stdout).toContain(`free: ${figure}`);
});

test('a folder that is no checkout with a bench cannot be compared', async () => {
  const asked = run(process.execPath, [join(root, 'test/bench/against/main.ts'), folder], { cwd: root });
  await expect(asked).rejects.toMatchObject({
    stderr: expect.stringContaining('is no checkout of servpack'),
  });
});
