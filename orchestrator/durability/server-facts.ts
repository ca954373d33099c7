import type { Redis } from 'ioredis';

/** What one Redis server says of itself. */
export interface ServerFacts {
  /** Its address, for messages. */
  readonly where: string;
  /** INFO by name. */
  readonly info: ReadonlyMap<string, string>;
  /** CONFIG by name. A managed Redis, or an ACL, may refuse it: then nothing stands here. */
  readonly settings: ReadonlyMap<string, string>;
  /** The rights of the user `default`: commands and keys. Null where ACL GETUSER is refused. */
  readonly defaultUser: DefaultUser | null;
}

export interface DefaultUser {
  readonly commands: string;
  readonly keys: string;
}

const asked = [
  'appendfsync',
  'no-appendfsync-on-rewrite',
  'hash-max-*-value',
  'hz',
  'min-replicas-to-write',
] as const;

/**
 * Asks a server what it is and how it keeps its data.
 * @param where its address when the connection itself does not name one
 */
export async function readServerFacts(master: Redis, where: string): Promise<ServerFacts> {
  const info = fieldsIn(await master.info());
  const { host, port } = master.options;
  const name = master.isCluster || host === undefined ? where : `${host}:${port ?? ''}`;
  return { where: name, info, settings: await settingsOf(master), defaultUser: await defaultUserOf(master) };
}

async function settingsOf(master: Redis): Promise<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>();
  for (const pattern of asked) {
    const found = await master.config('GET', pattern).catch(() => []);
    for (const [name, value] of pairsIn(found)) settings.set(name, String(value));
  }
  return settings;
}

async function defaultUserOf(master: Redis): Promise<DefaultUser | null> {
  const found = new Map(pairsIn(await master.call('ACL', 'GETUSER', 'default').catch(() => [])));
  // Redis 6.2 lists the keys, newer ones write them as a rule.
  return found.has('commands')
    ? { commands: String(found.get('commands')), keys: String(found.get('keys')) }
    : null;
}

/** RESP3 answers with a map, RESP2 with a flat list. */
function pairsIn(found: unknown): readonly (readonly [string, unknown])[] {
  if (found instanceof Map) return [...found].map(([name, value]) => [String(name), value as unknown]);
  if (!Array.isArray(found)) return Object.entries(found ?? {});
  const list: readonly unknown[] = found;
  return list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]] as const] : []));
}

/** The fields of an answer of INFO, or of CLUSTER INFO. */
export function fieldsIn(info: string): ReadonlyMap<string, string> {
  const pairs = info.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)];
  });
  return new Map(pairs);
}
