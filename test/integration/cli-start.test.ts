import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const launcher = join(import.meta.dirname, '../../servpack');
const beside = join(import.meta.dirname, '../../node_modules/.cache/servpack');
const said = { status: 0, stdout: `${packageJson.version}\n`, stderr: '' };

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'servpack-start-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The launcher through a symbolic link in another folder. */
function start(env: Readonly<Record<string, string>>): typeof said {
  const link = join(folder, `link-${crypto.randomUUID()}`);
  symlinkSync(launcher, link);
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(link, ['--version'], { cwd: folder, env: { PATH, ...env } });
  return { status: status ?? -1, stdout: String(stdout), stderr: String(stderr) };
}

describe('./servpack', () => {
  test('keeps the code that Node compiled beside its files, for the next start', () => {
    expect(start({})).toEqual(said);
    expect(readdirSync(beside)).not.toEqual([]);
  });

  test('keeps the compiled code in the folder of NODE_COMPILE_CACHE', () => {
    const told = join(folder, 'told');
    expect(start({ NODE_COMPILE_CACHE: told })).toEqual(said);
    expect(readdirSync(told)).not.toEqual([]);
  });

  test('runs without a message where it cannot keep compiled code', () => {
    expect(start({ NODE_COMPILE_CACHE: join(launcher, 'no-folder') })).toEqual(said);
  });
});
