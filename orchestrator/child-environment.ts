import { environment } from '../shared/config.ts';

/** What a program needs of the system to run at all: where things are, and the language. */
const ofSystem = [
  'PATH',
  'LD_LIBRARY_PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'SYSTEMROOT',
  'USERPROFILE',
  'NODE_COMPILE_CACHE',
  'NODE_NO_WARNINGS',
  'NODE_OPTIONS',
];

/**
 * The environment of a child process: what every program needs, and what is named. Nothing else,
 * because the environment of servpack holds secrets of its own and of others, and a child passes
 * its environment on. Windows does not tell names apart by their case.
 */
export function childEnvironment(
  env: Readonly<NodeJS.ProcessEnv>,
  ...needed: readonly string[]
): NodeJS.ProcessEnv {
  const names = new Set([...ofSystem, ...needed]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name.toUpperCase())));
}

/** The socket of an SSH agent, which the gateway `ssh` may be told to use. */
const agent = 'SSH_AUTH_SOCK';

/** A worker needs every setting. */
export const workerEnvironment = (env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv =>
  childEnvironment(env, agent, ...Object.keys(environment.shape));

/** `certify` needs the way to its machine, and no Redis. */
export const certifyEnvironment = (env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv =>
  childEnvironment(
    env,
    agent,
    'SERVPACK_GATEWAY',
    'SERVPACK_SSH_CONFIG',
    'SERVPACK_CALL_SECONDS',
    'SERVPACK_LAB_CLOCK',
    'SERVPACK_PRODUCTS',
    'SERVPACK_DATA',
  );

/** The process that runs an upgrade command on another host needs the way there, and no Redis. */
export const upgradeEnvironment = (env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv =>
  childEnvironment(env, agent, 'SERVPACK_SSH_CONFIG');

/** `apt-get` downloads packages, perhaps through a proxy. */
export const packagesEnvironment = (env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv =>
  childEnvironment(env, 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'APT_CONFIG');
