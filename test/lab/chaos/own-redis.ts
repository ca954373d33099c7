import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../orchestrator/embedded-redis/launch.ts';
import { writeRunning, writeSecretFile } from '../../../orchestrator/embedded-redis/redis-folder.ts';
import { findServer, type ServerBinary } from '../../../orchestrator/embedded-redis/find-server.ts';
import {
  serverSettings,
  spawnServer,
  untilAnswers,
} from '../../../orchestrator/embedded-redis/server-process.ts';
import { patienceMs } from '../../environment/patience.ts';
import type { LabProcess } from '../process.ts';

const packagesDir = join(import.meta.dirname, '../../../.servpack/os-packages');

/** A Redis that starts again after a kill: with the same files, port and password. */
export interface OwnRedis {
  readonly url: string;
  readonly password: string;
  /** Resolves when Redis answers. Throws when it does not. */
  start(): Promise<LabProcess>;
}

/** Prepares the folder of a Redis with the settings of the product. Starts nothing. */
export async function prepareRedis(dataDir: string): Promise<OwnRedis> {
  const server = await findServer({ env: process.env, packagesDir, log: { info: () => {}, warn: () => {} } });
  if (!server.ok) throw new Error(server.error.message);
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  const [port, password] = [await freePort(), randomBytes(24).toString('base64url')];
  writeSecretFile(join(folder, 'redis.conf'), serverSettings(port, password, server.value.majorVersion));
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return { url, password, start: () => startServer(server.value, folder, url) };
}

async function startServer(server: ServerBinary, folder: string, url: string): Promise<LabProcess> {
  const { child, lastWords } = spawnServer(server, folder);
  const ended = new Promise<Awaited<LabProcess['ended']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // The guard of the run reads from this file which Redis belongs to the run.
  if (child.pid !== undefined) writeRunning(folder, { url, pid: child.pid, ownerPid: process.pid });
  const why = await untilAnswers(child, url, patienceMs);
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  if (why !== undefined) {
    kill('SIGKILL');
    throw new Error(`Redis: ${why}: ${lastWords() ?? 'it said nothing'}`);
  }
  const stop = async (): Promise<void> => {
    kill('SIGTERM');
    await ended;
  };
  return { name: 'redis', pid: child.pid ?? 0, ready: url, ended, kill, stop };
}
