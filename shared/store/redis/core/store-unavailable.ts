import { StoreUnavailable } from '../../errors.ts';
import type { Store } from '../../store.ts';

/** What the client library throws when Redis does not answer. */
const isUnavailable = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  (thrown.name === 'MaxRetriesPerRequestError' ||
    thrown.name === 'AbortError' ||
    thrown.message === 'Command timed out' ||
    thrown.message.startsWith('Connection is closed') ||
    thrown.message.startsWith("Stream isn't writeable"));

/**
 * The same store, whose calls reject with `StoreUnavailable` and a sentence that names the Redis
 * when it does not answer, instead of with the client library's own words.
 * @param where the Redis, for messages
 */
export function explainUnavailable(store: Store, where: string): Store {
  const explained = (thrown: unknown): unknown =>
    isUnavailable(thrown)
      ? new StoreUnavailable(`Redis at ${where} does not answer`, { cause: thrown })
      : thrown;
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    explaining(method as Method, explained),
  ]);
  return Object.fromEntries(methods) as Store;
}

type Method = (...args: readonly unknown[]) => unknown;

const explaining =
  (method: Method, explained: (thrown: unknown) => unknown): Method =>
  (...args) => {
    const answer = method(...args);
    if (answer instanceof Promise) return answer.catch((thrown: unknown) => rethrow(explained(thrown)));
    return isIterable(answer) ? explainingEach(answer, explained) : answer;
  };

function rethrow(thrown: unknown): never {
  // oxlint-disable-next-line typescript/only-throw-error -- passes on what was thrown, of any type
  throw thrown;
}

const isIterable = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

async function* explainingEach(answer: AsyncIterable<unknown>, explained: (thrown: unknown) => unknown) {
  try {
    yield* answer;
  } catch (thrown) {
    rethrow(explained(thrown));
  }
}
