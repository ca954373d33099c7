import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/**
 * The short form of `npm run test:chaos`, with one seed, so that the plan is the same each time.
 * For another seed: SERVPACK_CHAOS_SEED=7, or the script itself with as many kills and clients as
 * wanted.
 */
const main = join(import.meta.dirname, '../lab/chaos/main.ts');
const seed = process.env['SERVPACK_CHAOS_SEED'] ?? '3';
const dataDir = mkdtempSync(join(tmpdir(), 'servpack-chaos-'));
let isRight = false;
afterAll(() => (isRight ? rm(dataDir, { recursive: true, force: true }) : undefined));

function chaos(args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, '--data', dataDir, ...args],
      { env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1 << 26 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: `${stdout}${stderr}` }),
    );
  });
}

test('24 kills and freezes of workers, orchestrators and Redis break no promise of servpack', async () => {
  const { code, said } = await chaos(['--kills', '24', '--clients', '160', '--seed', seed, '--gap', '800']);
  isRight = code === 0;
  // The output is compared first, so that a failure shows all of it.
  expect(isRight ? '' : said).toBe('');
  expect(said).toContain('after 24 blows');
  expect(said.match(/^ {2}holds /gm)).toHaveLength(27);
  expect(said).not.toContain('BROKEN');
});
