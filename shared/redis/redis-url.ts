/** Where Redis is, as its URL says it. */
export type RedisAddress =
  | (Servers & { readonly kind: 'single'; readonly database: number })
  | (Servers & { readonly kind: 'sentinel'; readonly master: string; readonly database: number })
  | (Servers & { readonly kind: 'cluster' });

interface Servers {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
  /** For messages: the URL may hold a password, this never does. */
  readonly where: string;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export const redisUrlForms =
  'redis://[user:password@]host[:port][/database], redis+sentinel://[user:password@]host:port,…/master[/database] or ' +
  'redis+cluster://[user:password@]host:port,… (rediss for TLS; a % in user or password is written %25)';

/** The part before the last @ may hold a password; no host does. */
const form =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<who>.*)@)?(?<hosts>[^/@]+)(?<path>\/.*)?$/;

/**
 * Reads the URL in full: the client library gets the parts, never the URL, so that nothing is read
 * in two ways.
 * @returns null when it is no URL of a Redis, a Sentinel or a Cluster
 */
export function parseRedisUrl(url: string): RedisAddress | null {
  const { tls, kind = 'single', who = '', hosts = '', path = '' } = form.exec(url)?.groups ?? {};
  const [first, ...others] = hosts
    .split(',')
    .map((host) => nodeIn(host, kind === 'sentinel' ? 26_379 : 6_379));
  const login = loginIn(who);
  if (login === null || !first || !others.every((node) => node !== null)) return null;
  const servers: Servers = { nodes: [first, ...others], ...login, tls: tls === 's', where: hosts };
  switch (kind) {
    case 'single':
      // Browsers' rules for URLs end the host at these; other tools would read another password.
      return others.length > 0 || /[/?#\s]/.test(who) ? null : single(servers, path);
    case 'cluster':
      return path === '' || path === '/' ? { kind, ...servers } : null;
    default:
      return behindSentinels(servers, path);
  }
}

function single(servers: Servers, path: string): RedisAddress | null {
  const [{ host, port }] = servers.nodes;
  const database = /^(?:\/(?<database>\d*))?$/.exec(path)?.groups;
  if (database === undefined) return null;
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { kind: 'single', ...servers, where, database: Number(database['database'] ?? 0) };
}

function behindSentinels(servers: Servers, path: string): RedisAddress | null {
  const named = /^\/(?<master>[\w.-]+)(?:\/(?<database>\d+))?$/.exec(path)?.groups;
  if (named === undefined) return null;
  const { master = '', database = '0' } = named;
  const where = `${master} (Sentinel ${servers.where})`;
  return { kind: 'sentinel', ...servers, where, master, database: Number(database) };
}

function nodeIn(text: string, usualPort: number): RedisNode | null {
  const found = /^(?<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  if (found === undefined) return null;
  const port = Number(found['port'] ?? usualPort);
  if (port < 1 || port > 65_535) return null;
  return { host: (found['host'] ?? '').replaceAll(/[[\]]/g, ''), port };
}

function loginIn(text: string): Pick<Servers, 'user' | 'password'> | null {
  const colon = text.indexOf(':');
  const [user, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  try {
    return {
      user: decodeURIComponent(user) || undefined,
      password: decodeURIComponent(password) || undefined,
    };
  } catch {
    return null;
  }
}
