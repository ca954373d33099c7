import { type Command, Redis, type RedisOptions } from 'ioredis';

/**
 * A client that works in the database of its URL or not at all. The library sends SELECT on every
 * new connection; when Redis refuses it (ioredis issue 1213, redis issue 10161), the library only
 * emits an error and goes on in database 0, which may belong to somebody else. This client breaks
 * such a connection off before any other command goes out. Copies of it do the same.
 */
export class OneDatabase extends Redis {
  /**
   * What Redis said when it refused the database. The library tells it in an event, which may come
   * only after the end of the connection.
   */
  refusal: unknown = null;

  override sendCommand(command: Command, ...rest: readonly unknown[]): unknown {
    if (command.name === 'select')
      command.promise.catch((error: unknown) => {
        if (isOfDatabase(error)) this.refusal = error;
        this.stream.destroy();
      });
    return super.sendCommand(command, ...(rest as []));
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    return new OneDatabase({ ...this.options, ...override } as Omit<RedisOptions, 'replyMapping'>);
  }
}

/** What Redis said when it refused the database of this client; null = it did not. */
export const databaseRefusal = (redis: Redis): unknown =>
  redis instanceof OneDatabase ? redis.refusal : null;

/** Whether Redis has refused the database itself. */
export const isOfDatabase = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'command' in error &&
  (error.command as { readonly name?: unknown } | undefined)?.name === 'select';
