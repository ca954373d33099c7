import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, readFile, realpath, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { runStaging } from '../../orchestrator/releases/run-staging.ts';
import type { Fault } from '../../shared/errors.ts';
import { areInputFaults } from '../../shared/input/input-fault.ts';

const examples = join(import.meta.dirname, '../../examples/release');
/** The folder of the sample's component files in its trees. */
export const components = 'X86.BIN/00000409';

let folder = '';
/** A path in the folder of this test. */
export const at = (...path: string[]): string => join(folder, ...path);

/** Lays the sample release, which is not staged yet, into a new folder for each test of a file. */
export function useUnstagedRelease(): void {
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'servpack-staging-')));
    await layNotStaged();
  });
  afterEach(() => rm(folder, { recursive: true }));
}

/**
 * Writes the sample release as it is before it is staged. Somebody may have tried the release out
 * in this checkout, so the files of the share are written here.
 */
export async function layNotStaged(): Promise<void> {
  await cp(examples, folder, { recursive: true, force: true });
  for (const name of await readdir(at('logon.srv', components)))
    await writeFile(at('logon.srv', components, name), `${name}, the one before\n`);
  await writeFile(at('logon.srv', 'CL_NT.TXT'), '[Client]\r\nCopyListVersion=835643765\r\n');
}

/** The sample release with another upgrade command: a shell script of these lines. */
export async function withScript(timeout: string, ...lines: string[]): Promise<string> {
  await writeFile(at('other.sh'), ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(at('other.sh'), 0o755);
  return withLine(/command:.*\n.*$/m, `command: ./other.sh\n  timeout: ${timeout}`);
}

/** The path of the sample's release file, in which another line stands in place of this one. */
export async function withLine(line: RegExp, other: string): Promise<string> {
  const text = await readFile(at('release.yaml'), 'utf8');
  expect(text).toMatch(line);
  await writeFile(at('release.yaml'), text.replace(line, other));
  return at('release.yaml');
}

/** Stages the release of this file, which must succeed. */
export async function staged(file = at('release.yaml')) {
  const result = await runStaging(file);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The one fault that staging ends with. */
export async function refusal(file: string, signal?: AbortSignal): Promise<Fault> {
  const result = await runStaging(file, null, signal);
  if (result.ok || areInputFaults(result.error))
    throw new Error(`no single fault: ${JSON.stringify(result)}`);
  return result.error;
}

/** Waits for a file that a script writes, at most until the time-out of the test. */
export async function appears(path: string): Promise<void> {
  const changes = watch(folder);
  const names = await readdir(folder);
  if (names.some((name) => join(folder, name) === path)) return;
  for await (const { filename } of changes) if (filename !== null && join(folder, filename) === path) return;
}

/**
 * A killed orphan stays in the process table until it is reaped, which not every container does.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
}

/** The pid of the process that a script left running. */
export const child = async (): Promise<number> =>
  Number.parseInt(await readFile(at('child.pid'), 'utf8'), 10);
