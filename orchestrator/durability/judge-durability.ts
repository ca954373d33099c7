import type { DefaultUser, ServerFacts } from './server-facts.ts';

/** Whether a server keeps what it has answered, in the words of `doctor`. */
export type Durability =
  | { readonly state: 'ok'; readonly says: string }
  | {
      readonly state: 'warning' | 'broken';
      readonly says: string;
      readonly leadsTo: string;
      readonly todo: string;
      /** An orchestrator starts on this server only when a person accepts the loss. */
      readonly mustAccept: boolean;
    };

/**
 * What a server may lose, by its own words. A managed server tells `aof_enabled` in INFO and
 * mostly refuses CONFIG, so a missing `appendfsync` is unknown, and never fine.
 * Sources: redis.io, "Redis persistence" and "INFO"; redis.conf, `no-appendfsync-on-rewrite`.
 */
export function judgeDurability({ where, info, settings, defaultUser }: ServerFacts): Durability {
  const aof = info.get('aof_enabled');
  const sync = settings.get('appendfsync');
  if (aof === '0')
    return {
      state: 'broken',
      says: `Redis at ${where} keeps no append-only file`,
      leadsTo: 'everything since its last snapshot is lost when it ends, and without one everything',
      todo: 'redis-cli config set appendonly yes, and the same in its settings file',
      mustAccept: true,
    };
  if (aof !== '1')
    return {
      state: 'broken',
      says: `Redis at ${where} does not say whether it keeps an append-only file`,
      leadsTo: 'it is not known what is lost when it ends',
      todo: 'let INFO show aof_enabled, or have the append-only file turned on where Redis is run',
      mustAccept: true,
    };
  // Redis reads its file as the user `default`. A transaction that this user may not run is left
  // out of what is read, without an error or a log line (redis issue 14541, valkey issue 3983).
  if (defaultUser !== null && !mayDoAll(defaultUser))
    return {
      state: 'broken',
      says: `Redis at ${where} may not read its own file: its user "default" has not every right (ACL GETUSER default)`,
      leadsTo: 'at its next start it leaves out most records without a word',
      todo: 'redis-cli acl setuser default off "~*" "&*" +@all, and the same in its users file: off, nobody logs in as it',
      mustAccept: true,
    };
  if (sync === undefined)
    return {
      state: 'warning',
      says: 'it keeps an append-only file, and how often that is written is unknown (CONFIG GET is refused)',
      leadsTo: 'with appendfsync no a power failure loses up to 30 s',
      todo: 'look where Redis is run: appendfsync must be everysec or always',
      mustAccept: false,
    };
  if (sync === 'no')
    return {
      state: 'warning',
      says: 'its append-only file is written whenever the system likes (appendfsync no)',
      leadsTo: 'a power failure loses up to 30 s',
      todo: 'redis-cli config set appendfsync everysec, and the same in its settings file',
      mustAccept: true,
    };
  if (settings.get('no-appendfsync-on-rewrite') === 'yes')
    return {
      state: 'warning',
      says: 'its append-only file is not synced while it is rewritten (no-appendfsync-on-rewrite yes)',
      leadsTo: 'a power failure during a rewrite loses up to 30 s',
      todo: 'redis-cli config set no-appendfsync-on-rewrite no, and the same in its settings file',
      mustAccept: true,
    };
  return { state: 'ok', says: `it keeps an append-only file (appendfsync ${sync})` };
}

const mayDoAll = ({ commands, keys }: DefaultUser): boolean =>
  commands.startsWith('+@all') && !commands.includes(' -') && /^~?\*$/.test(keys);
