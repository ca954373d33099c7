import { StoreUnavailable, StoreUnwritable } from '../../errors.ts';
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
 * What Redis answers to every write, or to everything, and the same in words (Redis' `server.c`,
 * shared errors). Inside a script an older Redis puts words of its own before.
 */
const refusals = [
  [/\bOOM command not allowed/, 'its memory is full; raise its maxmemory, or make it keep less'],
  [/\bMISCONF\b/, 'it cannot write its own file; make room on its disk, its log says why'],
  [/\bREADONLY\b/, 'it is a read-only replica; name its master in REDIS_URL'],
  [/\bNOREPLICAS\b/, 'too few of its replicas are there (min-replicas-to-write)'],
] as const;

const silences = [
  [/^LOADING\b/, 'is loading its file'],
  [/^MASTERDOWN\b/, 'is a replica that has lost its master'],
  [/\bCLUSTERDOWN\b/, 'belongs to a Cluster that is not whole'],
  [/^(?:NOAUTH|WRONGPASS)\b/, 'refuses the user or password of the Redis URL'],
  // In a script: Redis 7.0 with words of its own, from 7.2 on "ACL failure in script".
  [
    /\bNOPERM\b|\bACL failure in script\b|^ERR The user executing the script can't run\b/,
    'refuses a command to the user of the Redis URL; deploy/redis.conf shows the rights that servpack needs',
  ],
] as const;

const saidBy = <T extends string>(thrown: Error, known: readonly (readonly [RegExp, T])[]): T | undefined =>
  known.find(([words]) => words.test(thrown.message))?.[1];

/** What the caller gets instead of an error of Redis or its client library. */
export function explain(thrown: unknown, where: string): unknown {
  if (isUnavailable(thrown))
    return new StoreUnavailable(`Redis at ${where} does not answer`, { cause: thrown });
  if (!(thrown instanceof Error) || thrown.name !== 'ReplyError') return thrown;
  const refusal = saidBy(thrown, refusals);
  if (refusal !== undefined)
    return new StoreUnwritable(`Redis at ${where} refuses every write: ${refusal}`, { cause: thrown });
  const silence = saidBy(thrown, silences);
  return silence === undefined
    ? thrown
    : new StoreUnavailable(`Redis at ${where} ${silence}`, { cause: thrown });
}

/**
 * The same store, whose calls reject with `StoreUnavailable` and a sentence that names the Redis
 * when it does not answer, and with `StoreUnwritable` when it refuses writes, instead of with the
 * words of the client library or of Redis.
 * @param where the Redis, for messages
 */
export function explainUnavailable(store: Store, where: string): Store {
  const explained = (thrown: unknown): unknown => explain(thrown, where);
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
