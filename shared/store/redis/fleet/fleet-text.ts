import { hash } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';

type Way = [port: number | null, hostKeys: string[]];
type Row = [string, string, string, string, string[], (number | null)?, Way?];

/** Stands in a host for the client's id, with which most of them begin; no host name holds it. */
const id = '~';

/**
 * A fleet entry: a million of these are kept, so it is an array without names, the client's id only the field, and a role that nearly
 * all have an empty text. The home shard stands behind it only where it is not the one of the present logon server, port and
 * host keys only where the fleet file says them.
 */
export function fleetText(
  { client, host, logonServer, zone, role, labels, port, hostKeys }: Client,
  home: number,
  shards: number,
): string {
  const kind = role === 'workstation' ? '' : role;
  const row: Row = [shortHost(client, host), logonServer, zone, kind, [...labels]];
  const elsewhere = home === shardOf(logonServer, shards) ? null : home;
  if (port !== undefined || hostKeys !== undefined)
    return JSON.stringify([...row, elsewhere, [port ?? null, hostKeys ?? []]]);
  return JSON.stringify(elsewhere === null ? row : [...row, elsewhere]);
}

const shortHost = (client: string, host: string): string =>
  host.startsWith(client) ? id + host.slice(client.length) : host;

/** The same entry with another address; whatever else stands in it stays as it is. */
export function withHost(client: string, text: string, host: string): string {
  const [, ...rest] = JSON.parse(text) as Row;
  return JSON.stringify([shortHost(client, host), ...rest]);
}

export function clientOf(client: string, text: string): Client {
  const [short, logonServer, zone, role, labels, , way] = JSON.parse(text) as Row;
  const host = short.startsWith(id) ? client + short.slice(id.length) : short;
  const plain = { client, host, logonServer, zone, labels } as const;
  return { ...plain, role: isWorkstation(role) ? 'workstation' : 'server', ...wayOf(way) };
}

function wayOf([port, hostKeys]: Way = [null, []]): Pick<Client, 'port' | 'hostKeys'> {
  return { ...(port === null ? {} : { port }), ...(hostKeys.length === 0 ? {} : { hostKeys }) };
}

/** What is not known to be a workstation is treated as a server: nothing is moved there. */
const isWorkstation = (role: string): boolean => role === '' || role === 'workstation';

/** The shard that holds everything of this client, fixed when it was first imported. */
export function homeIn(text: string, shards: number): number {
  const [, logonServer, , , , home] = JSON.parse(text) as Row;
  return home ?? shardOf(logonServer, shards);
}

/** The shard of clients that are new on this logon server. Never to be changed: records lie where it said. */
export const shardOf = (logonServer: string, shards: number): number =>
  shards === 1 ? 0 : Number.parseInt(hash('sha256', logonServer).slice(0, 8), 16) % shards;
