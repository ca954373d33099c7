import { hash } from 'node:crypto';
import type { Client } from '../../domain/definition.ts';

type Row = [string, string, string, Client['role'], string[], number?];

/**
 * A fleet entry: a million of these are kept, so it is an array without names, and the client's id only the field. The
 * home shard stands at its end only where it is not the one of the present logon server.
 */
export function fleetText(
  { host, logonServer, zone, role, labels }: Client,
  home: number,
  shards: number,
): string {
  const row: Row = [host, logonServer, zone, role, [...labels]];
  return JSON.stringify(home === shardOf(logonServer, shards) ? row : [...row, home]);
}

export function clientOf(client: string, text: string): Client {
  const [host, logonServer, zone, role, labels] = JSON.parse(text) as Row;
  return { client, host, logonServer, zone, role, labels };
}

/** The shard that holds everything of this client, fixed when it was first imported. */
export function homeIn(text: string, shards: number): number {
  const [, logonServer, , , , home] = JSON.parse(text) as Row;
  return home ?? shardOf(logonServer, shards);
}

/** The shard of clients that are new on this logon server. Never to be changed: records lie where it said. */
export const shardOf = (logonServer: string, shards: number): number =>
  shards === 1 ? 0 : Number.parseInt(hash('sha256', logonServer).slice(0, 8), 16) % shards;
