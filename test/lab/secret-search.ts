import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';

/** A text that must stand nowhere, and its name in a finding. */
export interface Secret {
  readonly name: string;
  readonly text: string;
}

/** A text, and where it stands. */
export interface Place {
  readonly where: string;
  readonly text: string;
}

/** Which secrets stand in these places: in plain text, hex, base64 or URL-encoded. */
export function secretsIn(places: readonly Place[], secrets: readonly Secret[]): readonly string[] {
  const sought = secrets.map(({ name, text }) => ({ name, forms: formsOf(text) }));
  return places.flatMap(({ where, text }) => {
    const lower = text.toLowerCase();
    return sought.flatMap(({ name, forms }) =>
      Object.entries(forms)
        .filter(([form, each]) => each.some((one) => (form === 'hex' ? lower : text).includes(one)))
        .map(([form]) => `${name} stands in ${where} (${form})`),
    );
  });
}

function formsOf(text: string): Readonly<Record<string, readonly string[]>> {
  // Base64 has three spellings, by the position of the text in what is encoded. The characters at
  // both ends depend on the neighbours and are left out.
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + text).toString('base64');
    return encoded.replaceAll('=', '').slice(before === 0 ? 0 : before + 1, -1);
  });
  const urlSafe = base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'));
  return {
    plain: [text],
    hex: [Buffer.from(text).toString('hex')],
    base64: [...base64, ...urlSafe],
    'URL-encoded': [encodeURIComponent(text)].filter((each) => each !== text),
  };
}

/** Every key of a Redis, of any type, with all that it holds. */
export async function redisPlaces(redis: Redis): Promise<readonly Place[]> {
  const places: Place[] = [];
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>)
    for (const key of keys)
      places.push({
        where: `Redis key ${key}`,
        text: `${key}\n${JSON.stringify(await valueOf(redis, key))}`,
      });
  return places;
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`${key} has the type ${type}, which is not searched`);
  }
}

/** Every file below a folder, but those that may hold a secret. */
export const filePlaces = (folder: string, allowed: readonly string[]): readonly Place[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !allowed.includes(path))
    .map((path) => ({ where: path, text: readFileSync(path, 'latin1') }));

/** The command line and the environment of these processes. */
export const processPlaces = (processes: readonly { name: string; pid: number }[]): readonly Place[] =>
  processes.flatMap(({ name, pid }) =>
    ['cmdline', 'environ'].map((file) => ({
      where: `${file} of ${name}`,
      text: readFileSync(`/proc/${pid}/${file}`, 'latin1'),
    })),
  );
