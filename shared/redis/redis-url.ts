/** Where Redis is, as its URL says it. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string; readonly where: string }
  | (Servers & { readonly kind: 'sentinel'; readonly master: string; readonly database: number })
  | (Servers & { readonly kind: 'cluster' });

interface Servers {
  readonly nodes: readonly RedisNode[];
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
  'redis+cluster://[user:password@]host:port,… (rediss for TLS)';

/** Null when it is no URL of a Redis, a Sentinel or a Cluster. */
export function parseRedisUrl(url: string): RedisAddress | null {
  return /^rediss?:/.test(url) ? singleAddress(url) : serversAddress(url);
}

function singleAddress(url: string): RedisAddress | null {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === '' || !/^(\/\d*)?$/.test(parsed.pathname)) return null;
  return { kind: 'single', url, where: `${parsed.hostname}:${parsed.port === '' ? '6379' : parsed.port}` };
}

/** The part before the last @ may hold a password; no host does. */
const form =
  /^redis(?<tls>s?)\+(?<kind>sentinel|cluster):\/\/(?:(?<who>.*)@)?(?<hosts>[^/@]+)(?<path>\/.*)?$/;

function serversAddress(url: string): RedisAddress | null {
  const { tls, kind, who = '', hosts = '', path = '' } = form.exec(url)?.groups ?? {};
  const nodes = hosts.split(',').map((host) => nodeIn(host, kind === 'sentinel' ? 26_379 : 6_379));
  const login = loginIn(who);
  if (login === null || !nodes.every((node) => node !== null)) return null;
  const servers: Servers = { nodes, ...login, tls: tls === 's', where: hosts };
  if (kind === 'cluster') return path === '' || path === '/' ? { kind, ...servers } : null;
  const named = /^\/(?<master>[\w.-]+)(?:\/(?<database>\d+))?$/.exec(path)?.groups;
  if (kind !== 'sentinel' || named === undefined) return null;
  const { master = '', database = '0' } = named;
  return { kind, ...servers, where: `${master} (Sentinel ${hosts})`, master, database: Number(database) };
}

function nodeIn(text: string, usualPort: number): RedisNode | null {
  const found = /^(?<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  if (found === undefined) return null;
  return { host: (found['host'] ?? '').replaceAll(/[[\]]/g, ''), port: Number(found['port'] ?? usualPort) };
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
