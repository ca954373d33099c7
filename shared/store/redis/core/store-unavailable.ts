import type { Store } from '../../store.ts';
import { StoreUnavailable } from '../../errors.ts';

export { StoreUnavailable };

const isAway = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  (thrown.name === 'MaxRetriesPerRequestError' ||
    thrown.name === 'AbortError' ||
    thrown.message === 'Command timed out' ||
    thrown.message.startsWith('Connection is closed') ||
    thrown.message.startsWith("Stream isn't writeable"));

/**
 * The same store; a call that Redis did not answer is rejected with `StoreUnavailable` and a sentence that says
 * where, instead of with the client library's own words.
 */
export function sayingWhenUnavailable(store: Store, place: string): Store {
  const explained = (thrown: unknown): unknown =>
    isAway(thrown) ? new StoreUnavailable(`Redis at ${place} does not answer`, { cause: thrown }) : thrown;
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
  // oxlint-disable-next-line typescript/only-throw-error -- passes on whatever was thrown
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
