import { StoreUnwritable } from '../../shared/store/errors.ts';

/**
 * Does what stops clients. When the store refuses writes the person learns what holds meanwhile:
 * every step on a client is recorded before it is taken, so none begins.
 * @param what such as `the pause`
 */
export async function sayingWhatHolds<T>(what: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof StoreUnwritable)) throw error;
    throw new StoreUnwritable(
      `${error.message}. ${what} is not recorded. While no write is taken, nothing new begins on any client; ` +
        `what was begun there goes on. When writes are taken again, the clients go on too: ask for ${what} again`,
      { cause: error },
    );
  }
}
