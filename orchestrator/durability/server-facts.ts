import type { Redis } from 'ioredis';

/** What one Redis server says of itself. */
export interface ServerFacts {
  /** Its address, for messages. */
  readonly where: string;
  /** INFO by name. */
  readonly info: ReadonlyMap<string, string>;
  /** CONFIG by name. A managed Redis, or an ACL, may refuse it: then nothing stands here. */
  readonly settings: ReadonlyMap<string, string>;
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
  return { where: name, info, settings: await settingsOf(master) };
}

async function settingsOf(master: Redis): Promise<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>();
  for (const pattern of asked) {
    const found = (await master.config('GET', pattern).catch(() => [])) as string[] | Record<string, string>;
    // RESP3 answers with a map, RESP2 with a flat list.
    const pairs = Array.isArray(found)
      ? found.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, found[at + 1] ?? '']] : []))
      : Object.entries(found);
    for (const [name, value] of pairs) settings.set(name, value);
  }
  return settings;
}

/** The fields of an answer of INFO, or of CLUSTER INFO. */
export function fieldsIn(info: string): ReadonlyMap<string, string> {
  const pairs = info.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)];
  });
  return new Map(pairs);
}
