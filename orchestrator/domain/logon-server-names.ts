import type { Client } from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';

/** The one spelling of each logon server: servers have budgets, which spellings must not double. */
export class LogonServerNames {
  readonly #spellings = new Map<string, string>();

  /** The spelling that was asked for first stays; a new server gets the spelling of `name`. */
  of(name: string): string {
    const key = logonServerKey(name);
    const known = this.#spellings.get(key);
    if (known === undefined) this.#spellings.set(key, name);
    return known ?? name;
  }
}

/**
 * The names of the logon servers of a fleet. Of several spellings the one with most clients counts,
 * and of those with equally many the first in order, in whatever order the fleet is read.
 * @param clients by spelling: how many clients have it
 */
export function namesOf(clients: ReadonlyMap<string, number>): LogonServerNames {
  const names = new LogonServerNames();
  const ordered = [...clients].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
  for (const [name] of ordered) names.of(name);
  return names;
}

/** How many clients have each spelling. */
export async function spellingsIn(
  fleet: AsyncIterable<Client> | Iterable<Client>,
): Promise<ReadonlyMap<string, number>> {
  const count = new Map<string, number>();
  for await (const { logonServer } of fleet) count.set(logonServer, (count.get(logonServer) ?? 0) + 1);
  return count;
}

/** The client with its logon server in the one spelling. */
export function spelledBy(names: LogonServerNames, client: Client): Client {
  const logonServer = names.of(client.logonServer);
  return logonServer === client.logonServer ? client : { ...client, logonServer };
}
