import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { packagesEnvironment } from '../child-environment.ts';
import { err, type Fault, fault, ok, type Result } from '../../shared/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { reasonOf } from '../../shared/reason-of.ts';

export interface UnpackedServer {
  readonly path: string;
  /** Folders of the unpacked libraries, for LD_LIBRARY_PATH. */
  readonly libraryPath: string;
}

/** The server of a copy that was unpacked before; undefined when there is none. */
export function locateServer(names: readonly string[], tree: string): UnpackedServer | undefined {
  const path = names.map((name) => join(resolve(tree), 'usr/bin', name)).find((file) => existsSync(file));
  return path === undefined ? undefined : { path, libraryPath: libraryFolders(tree).join(delimiter) };
}

function libraryFolders(tree: string): readonly string[] {
  const entries = readdirSync(resolve(tree), { recursive: true, withFileTypes: true });
  return [...new Set(entries.filter(({ name }) => /\.so(\.|$)/.test(name)).map((entry) => entry.parentPath))];
}

/**
 * Unpacks the first of the named packages that apt knows, with the libraries that this machine
 * lacks, into `folder`. No root, nothing is installed. Fault: why not, as a clause.
 */
export async function unpackServer(
  names: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Result<UnpackedServer>> {
  const target = resolve(folder);
  const needed = packagesEnvironment(env);
  try {
    makeFolder(dirname(target), 0o700);
    const draft = mkdtempSync(`${target}-`);
    try {
      return await unpackThrough(draft, names, target, needed);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  } catch (error) {
    return err(fault('redis-not-unpacked', reasonOf(error), error));
  }
}

/** Works in `draft` and renames at the end, so an interrupted copy never counts as a whole one. */
async function unpackThrough(
  draft: string,
  names: readonly string[],
  target: string,
  env: NodeJS.ProcessEnv,
): Promise<Result<UnpackedServer>> {
  const archives = await download(draft, names, env);
  if (!archives.ok) return archives;
  const tree = join(draft, 'tree');
  for (const archive of archives.value) {
    const unpacked = await runCommand('dpkg-deb', ['-x', archive, tree], { env, deadlineMs: 60_000 });
    if (!unpacked.ok) return unpacked;
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(tree, target);
  const server = locateServer(names, target);
  return server === undefined ? err(fault('redis-not-unpacked', 'no server in the OS packages')) : ok(server);
}

async function download(
  draft: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Result<readonly string[]>> {
  const apt = aptSettings(draft);
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }, deadlineMs: 120_000 };
  const updated = await runCommand('apt-get', [...apt, 'update'], quiet);
  if (!updated.ok) return updated;
  // apt itself finds the libraries that this machine lacks: they differ between releases.
  const install = ['--yes', '--download-only', '--no-install-recommends', 'install'];
  let why: Fault = fault('redis-not-unpacked', 'no package was named');
  for (const name of names) {
    const last = await runCommand('apt-get', [...apt, ...install, name], quiet);
    const archives = archivesIn(draft);
    if (last.ok && archives.length > 0) return ok(archives);
    // apt downloads nothing that is installed already.
    why = last.ok ? fault('redis-not-unpacked', `${name} is installed, but not on PATH`) : last.error;
  }
  return err(why);
}

/**
 * Our own lists, cache and locks, with the machine's list of installed packages: this needs no
 * root.
 */
function aptSettings(draft: string): readonly string[] {
  const lists = join(draft, 'lists');
  const cache = join(draft, 'cache');
  for (const folder of [lists, join(cache, 'archives')])
    mkdirSync(join(folder, 'partial'), { recursive: true });
  const options = {
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    'Dir::State::status': '/var/lib/dpkg/status',
    'Debug::NoLocking': '1',
    // As root apt would hand downloads to the user _apt, who may not enter the data folder.
    'APT::Sandbox::User': 'root',
    'Acquire::http::Timeout': '20',
    'Acquire::Retries': '1',
  };
  return ['--quiet', ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
}

function archivesIn(draft: string): readonly string[] {
  const folder = join(draft, 'cache', 'archives');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(folder, name));
}

export interface CommandSettings {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Real milliseconds, after which the command is killed. */
  readonly deadlineMs: number;
}

/**
 * Runs one command to its end. The value is its stdout, the message of the fault the last line of
 * its stderr.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { deadlineMs, ...settings }: CommandSettings,
): Promise<Result<string>> {
  const options = {
    ...settings,
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 2 ** 20,
  } as const;
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(ok(stdout));
      else resolve(err(fault('command-failed', reason(error, stderr, deadlineMs), error)));
    });
  });
}

function reason(error: Error & { killed?: boolean }, stderr: string, deadlineMs: number): string {
  if (error.killed === true) return `no end within ${deadlineMs / 1000} s`;
  return stderr.trim().split('\n').at(-1)?.trim() || error.message;
}
