import { hash } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';

type Address = [port: number | null, hostKeys: string[]];
type Row = [string, string, string, string, string[], (number | null)?, Address?];

/**
 * Stands for the client's id in a host, because most hosts begin with it; no host name holds it.
 */
const id = '~';

/**
 * A fleet entry. Redis keeps a million of them, so it is an array without names; the client's id
 * is only the field, and the role that nearly all clients have is an empty text. The home shard
 * follows only where it is not that of the present logon server, port and host keys only where the
 * fleet file names them.
 */
export function fleetText(
  { client, host, logonServer, zone, role, labels, port, hostKeys }: Client,
  home: number,
  shards: number,
): string {
  const kind = role === 'workstation' ? '' : role;
  const row: Row = [shortHost(client, host), logonServer, zone, kind, [...labels]];
  const elsewhere = home === shardOfServer(logonServer, shards) ? null : home;
  if (port !== undefined || hostKeys !== undefined)
    return JSON.stringify([...row, elsewhere, [port ?? null, hostKeys ?? []]]);
  return JSON.stringify(elsewhere === null ? row : [...row, elsewhere]);
}

const shortHost = (client: string, host: string): string =>
  host.startsWith(client) ? id + host.slice(client.length) : host;

/** The same entry with another host. Everything else in it stays as it is. */
export function withHost(client: string, text: string, host: string): string {
  const [, ...rest] = JSON.parse(text) as Row;
  return JSON.stringify([shortHost(client, host), ...rest]);
}

export function clientOf(client: string, text: string): Client {
  const [short, logonServer, zone, role, labels, , address] = JSON.parse(text) as Row;
  const host = short.startsWith(id) ? client + short.slice(id.length) : short;
  const plain = { client, host, logonServer, zone, labels } as const;
  return { ...plain, role: isWorkstation(role) ? 'workstation' : 'server', ...addressOf(address) };
}

/**
 * The host in an entry, without reading the rest: the first text of the array. No host holds a
 * quote.
 */
export function hostIn(client: string, text: string): string {
  const short = text.slice(2, text.indexOf('"', 2));
  return short.startsWith(id) ? client + short.slice(id.length) : short;
}

/** The logon server in an entry: the second text of the array. No host holds a quote. */
export function serverIn(text: string): string {
  const from = text.indexOf('"', text.indexOf('"', 2) + 1) + 1;
  return text.slice(from, text.indexOf('"', from));
}

function addressOf([port, hostKeys]: Address = [null, []]): Pick<Client, 'port' | 'hostKeys'> {
  return { ...(port === null ? {} : { port }), ...(hostKeys.length === 0 ? {} : { hostKeys }) };
}

/** Any other role counts as a server, where no service is relocated. */
const isWorkstation = (role: string): boolean => role === '' || role === 'workstation';

/** Whether an entry is that of a server. */
export const isServerIn = (text: string): boolean => !isWorkstation((JSON.parse(text) as Row)[3]);

/** The home shard of the client with this entry. It is fixed when the client is first imported. */
export function homeShardIn(text: string, shards: number): number {
  const [, logonServer, , , , home] = JSON.parse(text) as Row;
  return home ?? shardOfServer(logonServer, shards);
}

/**
 * The home shard of clients that are new on this logon server. Never change this function: records
 * lie where it says.
 */
export const shardOfServer = (logonServer: string, shards: number): number =>
  shards === 1 ? 0 : Number.parseInt(hash('sha256', logonServer).slice(0, 8), 16) % shards;
