import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
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
  return run(link, env);
}

/** Runs a command line in a folder that is not the project's. */
function run(program: string, env: Readonly<Record<string, string>> = {}): typeof said {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(program, ['--version'], {
    cwd: folder,
    env: { PATH, ...env },
  });
  return { status: status ?? -1, stdout: String(stdout), stderr: String(stderr) };
}

describe('a link to ./servpack finds the project', () => {
  // As `ln -s "$PWD/servpack" ~/.local/bin/servpack` of the README.
  test('in a folder of PATH, by its name alone', () => {
    const bin = join(folder, '.local/bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(launcher, join(bin, 'servpack'));
    expect(run('servpack', { PATH: `${bin}:${process.env['PATH'] ?? ''}` })).toEqual(said);
    expect(run('servpack', { PATH: `.local/bin:${process.env['PATH'] ?? ''}` })).toEqual(said);
  });

  test('through a relative link, a link to that one, and a folder with spaces and a dash', () => {
    const odd = join(folder, '-my programs');
    mkdirSync(odd);
    const project = join(odd, 'project');
    symlinkSync(join(launcher, '..'), project);
    symlinkSync('project/servpack', join(odd, 'relative'));
    symlinkSync('relative', join(odd, 'second'));
    symlinkSync('-my programs/second', join(folder, 'third'));
    for (const link of ['./-my programs/relative', './third', join(odd, 'second')])
      expect(run(link)).toEqual(said);
  });
});

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
