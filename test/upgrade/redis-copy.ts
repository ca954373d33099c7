import type { Redis } from 'ioredis';

/** Every key, as text: what DUMP gives is for one version of Redis alone. */
export type RedisCopy = Readonly<Record<string, KeyCopy>>;

interface KeyCopy {
  /** Milliseconds after which it expires; below 0 = never. */
  readonly ttl: number;
  readonly type: string;
  /** What the command of the type gets after the key; of a stream, each entry. */
  readonly parts: readonly (string | readonly string[])[];
}

/** Reads every key. Values are Latin-1 texts, so that any bytes survive. */
export async function copyKeys(redis: Redis): Promise<RedisCopy> {
  const copy: Record<string, KeyCopy> = {};
  for (const key of (await redis.keys('*')).toSorted()) {
    const type = await redis.type(key);
    const read = readers[type];
    if (read === undefined) throw new Error(`${key} is a ${type}`);
    copy[key] = { ttl: await redis.pttl(key), type, parts: await read(redis, key) };
  }
  return copy;
}

const text = (bytes: Buffer): string => bytes.toString('latin1');

const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<KeyCopy['parts']>>> = {
  string: async (redis, key) => [text((await redis.getBuffer(key)) ?? Buffer.alloc(0))],
  hash: async (redis, key) => {
    const all = await redis.hgetallBuffer(key);
    return Object.entries(all).flatMap(([field, value]) => [field, text(value)]);
  },
  list: async (redis, key) => (await redis.lrangeBuffer(key, 0, -1)).map(text),
  set: async (redis, key) => (await redis.smembersBuffer(key)).map(text),
  zset: async (redis, key) => {
    const flat = (await redis.zrangeBuffer(key, '0', '-1', 'WITHSCORES')).map(text);
    return flat.flatMap((member, at) => (at % 2 === 0 ? [flat[at + 1] ?? '0', member] : []));
  },
  stream: async (redis, key) =>
    (await redis.xrangeBuffer(key, '-', '+')).map(([id, fields]) => [text(id), ...fields.map(text)]),
};

const commands: Readonly<Record<string, string>> = {
  string: 'SET',
  hash: 'HSET',
  list: 'RPUSH',
  set: 'SADD',
  zset: 'ZADD',
};

/** Writes the keys into an empty Redis. */
export async function putKeys(redis: Redis, copy: RedisCopy): Promise<void> {
  for (const [key, { ttl, type, parts }] of Object.entries(copy)) {
    const bytes = (part: string): Buffer => Buffer.from(part, 'latin1');
    if (type === 'stream')
      for (const [id = '', ...fields] of parts as readonly (readonly string[])[])
        await redis.call('XADD', key, id, ...fields.map(bytes));
    else await redis.call(commands[type] ?? '', key, ...(parts as readonly string[]).map(bytes));
    if (ttl > 0) await redis.pexpire(key, ttl);
  }
}
