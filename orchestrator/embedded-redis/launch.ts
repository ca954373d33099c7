import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { endProcess } from './processes.ts';
import type { ServerBinary } from './find-server.ts';
import { PORT_TAKEN, serverSettings, spawnServer, untilAnswers } from './server-process.ts';
import { writeSecretFile } from './redis-folder.ts';

const PORT_ATTEMPTS = 5;
const KILL_AFTER_MS = 2_000;

export interface LaunchSettings {
  readonly folder: string;
  readonly choosePort: () => Promise<number>;
  /**
   * Real milliseconds until it must answer. `loading` is an answer: reading a large file takes
   * long.
   */
  readonly answerWithinMs: number;
}

export interface Launched {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
}

/**
 * Starts a server in its folder on a free port of the loopback interface and waits until it
 * answers. A server that does not answer is killed. Fault `redis-not-started` with the last line of
 * its log.
 */
export async function launch(server: ServerBinary, settings: LaunchSettings): Promise<Result<Launched>> {
  let why = '';
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const started = await launchOn(await settings.choosePort(), server, settings);
    if (started.ok) return started;
    why = started.error;
    // Another process took the port between choosing and binding it.
    if (!PORT_TAKEN.test(why)) break;
  }
  return err(fault('redis-not-started', `The private Redis did not start: ${why.replace(/\.$/, '')}.`));
}

/** A port that is free now, chosen by the system. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function launchOn(
  port: number,
  server: ServerBinary,
  { folder, answerWithinMs }: LaunchSettings,
): Promise<Result<Launched, string>> {
  const password = randomBytes(24).toString('base64url');
  writeSecretFile(join(folder, 'redis.conf'), serverSettings(port, password, server.majorVersion));
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const { child, lastWords } = spawnServer(server, folder);
  const why = await untilAnswers(child, url, answerWithinMs);
  if (child.pid === undefined) return err(why ?? 'no process');
  if (why === undefined) return ok({ url, pid: child.pid, child });
  await endProcess(child.pid, KILL_AFTER_MS);
  const said = lastWords();
  return err(said === undefined ? why : `${why}: ${said}`);
}
