import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The modules that a command loads, as paths from the project's folder. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const hooks = join(root, 'test/fixtures/count-modules.mjs');
  const main = join(root, 'orchestrator/cli/main.ts');
  const { stderr } = spawnSync(process.execPath, ['--import', hooks, main, ...args], { encoding: 'utf8' });
  return stderr.split('\n').flatMap((line) => line.split(`${root}/`)[1] ?? []);
}

const heavy =
  /node_modules\/(?:bullmq|fastify|ioredis|ssh2|pino|yaml)\/|orchestrator\/(?:main|audit|rounds)\b/;

describe('the command line loads little before it answers', () => {
  test('servpack --help', () => {
    const loaded = loadedBy('--help');
    expect(loaded).toContain('orchestrator/cli/program.ts');
    expect(loaded.filter((each) => heavy.test(each))).toEqual([]);
    expect(loaded.filter((each) => each.startsWith('orchestrator/cli/completion/'))).toEqual([]);
    // Some 300 when this was written, 104 of them of three libraries. A further one shows here.
    expect(loaded.length).toBeLessThan(310);
  });

  test('servpack complete, at each press of the Tab key', () => {
    const loaded = loadedBy('complete', '--', 'campaign', 'st');
    expect(loaded).toContain('orchestrator/cli/completion/offer.ts');
    expect(loaded.filter((each) => heavy.test(each))).toEqual([]);
    expect(loaded.length).toBeLessThan(310);
  });
});
