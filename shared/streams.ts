/** Puts what comes one by one in groups of `size`; the last may be smaller, none is empty. */
export async function* groupsOf<T>(
  all: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const each of all) {
    group.push(each);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The name of each client, as they come. */
export async function* namesOf(clients: AsyncIterable<{ readonly client: string }>): AsyncGenerator<string> {
  for await (const { client } of clients) yield client;
}
