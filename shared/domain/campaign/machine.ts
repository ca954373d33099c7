import type { Client } from './definition.ts';

/**
 * What tells one machine from another: equal texts are the same host. Names ignore case. Resolvers
 * read many spellings of an address (`10.1`, `0x0a000001`, `::ffff:10.0.0.1`), so an address is
 * brought into the one form of the URL standard.
 */
export function machineOf(host: string): string {
  const name = host.toLowerCase();
  if (name.includes(':')) return addressV6(name);
  return endsInNumber.test(name) ? (hostnameOf(name) ?? name) : name;
}

/** The URL standard reads such a host as an IPv4 address. */
const endsInNumber = /(?:^|\.)(?:0x[\da-f]*|\d+)$/;

function addressV6(text: string): string {
  const [address = '', ...interfaceName] = text.split('%');
  const found = hostnameOf(`[${address}]`)?.slice(1, -1) ?? address;
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(found) ?? [];
  if (high !== undefined && low !== undefined)
    return [high, low].flatMap((part) => bytesOf(Number.parseInt(part, 16))).join('.');
  return [found, ...interfaceName].join('%');
}

const bytesOf = (word: number): readonly number[] => [word >> 8, word % 256];

const hostnameOf = (host: string): string | null => URL.parse(`http://${host}`)?.hostname ?? null;

/** Windows names ignore case: these are one client, whatever the spelling. */
export const nameOf = (client: string): string => client.toLowerCase();

/** A client that is the machine of another client. */
export interface Twin {
  readonly client: string;
  readonly other: string;
  /** What both have in common: the name, or the host. */
  readonly key: 'client' | 'host';
}

/** Finds clients that are one machine, among all that it has been given. */
export class TwinFinder {
  readonly #byName = new Map<string, string>();
  readonly #byHost = new Map<string, string>();

  /** Remembers a client. */
  add({ client, host }: Pick<Client, 'client' | 'host'>): void {
    this.#byName.set(nameOf(client), client);
    this.#byHost.set(machineOf(host), client);
  }

  get size(): number {
    return this.#byHost.size;
  }

  /** The remembered client that is the machine of this one under another id; null = none. */
  twinOf({ client, host }: Pick<Client, 'client' | 'host'>): Twin | null {
    const named = this.#byName.get(nameOf(client));
    if (named !== undefined && named !== client) return { client, other: named, key: 'client' };
    const reached = this.#byHost.get(machineOf(host));
    return reached === undefined || reached === client ? null : { client, other: reached, key: 'host' };
  }
}
