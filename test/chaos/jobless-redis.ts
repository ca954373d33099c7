import { Redis } from 'ioredis';
import { keyNames } from '../../shared/store/redis/core/keys.ts';
import { keysLike } from '../lab/keys-like.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';

/**
 * A Redis whose user can be cut off from BullMQ's keys while the store's scripts still run: a
 * commit succeeds, and the add after it does not. So a process can be killed between the two,
 * without a hook in the product.
 */
export interface JoblessRedis extends AsyncDisposable {
  /** As the user that can be cut off. */
  readonly url: string;
  readonly prefix: string;
  cutOffJobs(): Promise<void>;
  allowJobs(): Promise<void>;
  /** Deletes every key of BullMQ. */
  wipeJobs(): Promise<number>;
  /** Ids of all jobs that are there, whatever their state. */
  jobIds(): Promise<readonly string[]>;
}

const user = 'servpack';
const password = 'only-in-this-test';

export async function joblessRedis(prefix: string): Promise<JoblessRedis> {
  const own = await startPrivateRedis();
  const admin = new Redis(own.url);
  const url = new URL(own.url);
  url.username = user;
  url.password = password;
  const base = `{${prefix}:0}`;
  const recordKeys = Object.values(keyNames).flatMap((name) => [`~${base}:${name}`, `~${base}:${name}:*`]);
  const set = (...rules: readonly string[]): Promise<unknown> =>
    admin.call('ACL', 'SETUSER', user, 'on', `>${password}`, '&*', '+@all', 'resetkeys', ...rules);
  await set('~*');
  return {
    url: url.href,
    prefix,
    cutOffJobs: async () => void (await set(`~${base}`, ...recordKeys)),
    allowJobs: async () => void (await set('~*')),
    wipeJobs: async () => {
      let gone = 0;
      for await (const key of keysLike(admin, `${base}:q:*`)) gone += await admin.unlink(key);
      return gone;
    },
    jobIds: async () => {
      const ids: string[] = [];
      for await (const key of keysLike(admin, `${base}:q:*.*.*`))
        ids.push(key.slice(key.lastIndexOf(':') + 1));
      return ids;
    },
    [Symbol.asyncDispose]: async () => {
      admin.disconnect();
      await own.stop();
    },
  };
}
