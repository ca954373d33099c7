import { hash } from 'node:crypto';
import type { Client } from '../../domain/definition.ts';

type Row = [string, string, string, string, string[], number?];

/** Stands in a host for the client's id, with which most of them begin; no host name holds it. */
const id = '~';

/**
 * A fleet entry: a million of these are kept, so it is an array without names, the client's id only the field, and a role that nearly
 * all have an empty text. The home shard stands at its end only where it is not the one of the present logon server.
 */
export function fleetText(
  { client, host, logonServer, zone, role, labels }: Client,
  home: number,
  shards: number,
): string {
  const short = host.startsWith(client) ? id + host.slice(client.length) : host;
  const row: Row = [short, logonServer, zone, role === 'workstation' ? '' : role, [...labels]];
  return JSON.stringify(home === shardOf(logonServer, shards) ? row : [...row, home]);
}

export function clientOf(client: string, text: string): Client {
  const [short, logonServer, zone, role, labels] = JSON.parse(text) as Row;
  const host = short.startsWith(id) ? client + short.slice(id.length) : short;
  return { client, host, logonServer, zone, role: isWorkstation(role) ? 'workstation' : 'server', labels };
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
