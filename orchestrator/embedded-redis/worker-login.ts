import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { workerEnvironment } from '../child-environment.ts';
import { writeSecretFile } from './redis-folder.ts';

/** How a worker of this process reaches its Redis. */
export interface WorkerLogin {
  readonly env: NodeJS.ProcessEnv;
  /** Removes the file with the password. */
  readonly forget: () => void;
}

/**
 * The environment of a worker: what it needs, and no secret. It can be read in `/proc`, in crash
 * reports, and by every process that the worker starts. The password stands in a file of the data
 * folder, for its owner only.
 * @param url the URL of Redis, which may hold a password
 */
export function workerLogin(env: NodeJS.ProcessEnv, url: string, dataDir: string): WorkerLogin {
  const others = workerEnvironment(env);
  const { scheme = '', user = '', password, rest = '' } = parts.exec(url)?.groups ?? {};
  if (password === undefined || password === '')
    return { env: { ...others, REDIS_URL: url, REDIS_PASSWORD_FILE: '' }, forget: () => undefined };
  const file = resolve(join(dataDir, 'worker-redis-password'));
  // The reader takes off one line end.
  writeSecretFile(file, `${decodeURIComponent(password)}\n`);
  const bare = `${scheme}${user === '' ? '' : `${user}@`}${rest}`;
  return {
    env: { ...others, REDIS_URL: bare, REDIS_PASSWORD_FILE: file },
    forget: () => rmSync(file, { force: true }),
  };
}

/** No host, database or name of a master holds an @. */
const parts = /^(?<scheme>[a-z+]+:\/\/)(?:(?<user>[^:]*):(?<password>.*)@)?(?<rest>[^@]*|.*)$/;
