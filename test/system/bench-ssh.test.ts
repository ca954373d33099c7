import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'servpack-bench-ssh-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const finite: unknown = expect.any(Number);

test('the bench over SSH shows that a free client takes one connection and three round trips', async () => {
  const file = join(folder, 'figures.json');
  const args = ['--clients', '3', '--rounds', '1', '--no-ansible', '--json', file];
  const { stdout } = await run(process.execPath, [join(root, 'test/bench/ssh/main.ts'), ...args], {
    cwd: root,
  });

  expect(stdout).toContain('upgrades by servpack');
  const result = JSON.parse(readFileSync(file, 'utf8')) as { figures: { name: string }[] };
  expect(result).toMatchObject({
    machine: { cores: finite },
    settings: { clients: 3, rounds: 1, concurrency: 50, ansible: null },
  });
  const named = (name: string) => result.figures.find((figure) => figure.name === name);
  expect(named('upgrades by servpack')).toMatchObject({
    value: finite,
    limit: { name: 'bare ssh2, 3 execs on one connection', value: finite, ratio: finite },
  });
  expect(named('round trips of a free client')).toMatchObject({ value: 3, aim: { met: true } });
  expect(named('of which SFTP')).toMatchObject({ value: 0 });
  expect(named('connections of a free client')).toMatchObject({ value: 1 });
  expect(named('bare ssh2, connect and 1 exec')).toMatchObject({ value: finite });
});
