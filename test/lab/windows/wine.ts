import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { windowsPatienceMs } from '../../environment/patience.ts';

/**
 * Where Debian has Wine: the loader of 64-bit programs, and the server that is a client's kernel.
 */
export const wineLoader = '/usr/lib/wine/wine64';
const wineServer = '/usr/lib/wine/wineserver64';

/** The console programs of a newer Wine; the other ones are programs of the lab. */
export const consoleTools = ['cmd', 'tasklist', 'findstr', 'where', 'fc', 'find', 'sort', 'net'] as const;
export const standIns = ['sc', 'shutdown', 'quser', 'query', 'msg', 'certutil', 'icacls'] as const;

/** No desktop, no .NET, no browser; and the programs above instead of Wine's own. */
const overrides = [
  'mscoree,mshtml,explorer.exe,winemenubuilder.exe=d',
  `${[...consoleTools, ...standIns].map((name) => `${name}.exe`).join(',')}=n,b`,
].join(';');

/**
 * The whole environment of a process of a client. Nothing of this process's own environment is in
 * it.
 */
export const wineEnvironment = (prefix: string): Record<string, string> => ({
  PATH: '/usr/bin:/bin',
  HOME: '/root',
  USER: 'Administrator',
  LANG: 'C.UTF-8',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: overrides,
  WINEPREFIX: prefix,
});

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program in a client's prefix and waits for its end. Wine 8 dies at random when the address
 * space is laid out at random, once in some thousand starts: setarch -R prevents that.
 */
async function run(
  prefix: string,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const path = join(prefix, `output-${randomUUID()}`);
  // Processes that a program leaves running may keep its output open. So only its own end counts; a
  // file has the whole output by then.
  const file = openSync(path, 'w');
  try {
    const child = spawn('/usr/bin/setarch', ['-R', program, ...args], {
      env: { ...wineEnvironment(prefix), ...environment },
      stdio: ['ignore', file, 'ignore'],
      timeout: windowsPatienceMs,
      killSignal: 'SIGKILL',
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return { code, output: readFileSync(path, 'utf8') };
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

/** Runs a Windows program of the client, and returns its output. */
export const runProgram = (prefix: string, args: readonly string[]): Promise<Ran> =>
  run(prefix, wineLoader, args);

/** Boots: the server runs until its end is requested, and wineboot starts the services. */
export async function boot(prefix: string, ...args: readonly string[]): Promise<void> {
  await run(prefix, wineServer, ['-p']);
  const { code } = await run(prefix, wineLoader, ['wineboot.exe', ...args]);
  if (code !== 0) throw new Error(`${prefix} does not boot: wineboot ended with ${code}`);
}

/** Shuts down: every process ends, and the registry is written. */
export async function shutDown(prefix: string): Promise<void> {
  await run(prefix, wineServer, ['-k']);
  await run(prefix, wineServer, ['-w']);
}
