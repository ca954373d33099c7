import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { locateServer, runCommand, type UnpackedServer, unpackServer } from './os-packages.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';

export interface ServerBinary {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  readonly majorVersion: number;
  /** For the operator, e.g. `redis-server 7.0.15 on PATH`. */
  readonly how: string;
}

/** Receives sentences for the operator. A pino logger fits. */
export interface EmbeddedRedisLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface SearchSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly packagesDir: string;
  readonly log: EmbeddedRedisLog;
}

const NAMES = ['redis-server', 'valkey-server'] as const;

/**
 * A Redis server that runs on this machine: on PATH, else unpacked from the packages of the
 * operating system. Fault `redis-missing`: one sentence that says what to install.
 */
export async function findServer({ env, packagesDir, log }: SearchSettings): Promise<Result<ServerBinary>> {
  for (const name of NAMES) {
    const path = findOnPath(name, env);
    const found = path === undefined ? undefined : await inspect(path, env, `${name} %v on PATH`);
    if (found !== undefined) return ok(found);
  }
  const there = locateServer(NAMES, packagesDir);
  const kept = there === undefined ? undefined : await inspectUnpacked(there, env);
  if (kept !== undefined) return ok(kept);
  log.info(
    'No redis-server on PATH: unpacking a private copy from the OS packages (once for this data folder)',
  );
  const unpacked = await unpackServer(NAMES, packagesDir, env);
  if (!unpacked.ok) return err(missing(unpacked.error.message));
  const found = await inspectUnpacked(unpacked.value, env);
  return found === undefined ? err(missing('the unpacked server does not run here')) : ok(found);
}

function inspectUnpacked({ path, libraryPath }: UnpackedServer, env: NodeJS.ProcessEnv) {
  const how = 'redis-server %v unpacked from the OS packages';
  return inspect(path, { ...env, LD_LIBRARY_PATH: libraryPath }, how);
}

/** The path of an executable file, searched for as a shell does. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined for a server that does not tell its version: it would not run either. */
async function inspect(
  path: string,
  given: NodeJS.ProcessEnv,
  how: string,
): Promise<ServerBinary | undefined> {
  const env = childEnvironment(given);
  const said = await runCommand(path, ['--version'], { env, deadlineMs: 10_000 });
  const version = said.ok ? /v=(\d+)\.[\d.]+/.exec(said.value) : null;
  if (version === null) return undefined;
  return { path, env, majorVersion: Number(version[1]), how: how.replace('%v', version[0].slice(2)) };
}

function missing(why: string) {
  const advice = 'install redis-server or valkey-server (Debian and Ubuntu: apt-get install redis-server)';
  return fault('redis-missing', `No Redis was found (${why}): ${advice}, or set REDIS_URL to a running one.`);
}
