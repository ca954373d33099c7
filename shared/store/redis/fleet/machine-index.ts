import { randomUUID } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';
import { machineOf, nameOf } from '../../../domain/campaign/machine.ts';
import { named, scriptFile } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from '../core/shard.ts';
import { hostIn } from './fleet-text.ts';

type Machine = Pick<Client, 'client' | 'host'>;
/** A client's id, and its entry in the fleet. */
export type Entry = readonly [client: string, text: string];

const pieceSize = 1_000;
/** Real seconds after which a staged index whose writer died is gone. */
const stagingSeconds = 3_600;

/**
 * What the index says of a client: `name lower-case id`, `host machine id`. It holds only what
 * cannot be found without it. Most clients have an id in lower case and a host that begins with
 * this id: they need no entry, so that the index of a million clients is nearly empty.
 */
export function indexMembers({ client, host }: Machine): readonly string[] {
  const name = nameOf(client);
  const machine = machineOf(host);
  return [
    ...(client === name ? [] : [`name ${name} ${client}`]),
    ...(labelOf(machine) === name ? [] : [`host ${machine} ${client}`]),
  ];
}

/** The first part of a machine's name; most clients have it as their id. */
export const labelOf = (machine: string): string => machine.split('.', 1)[0] ?? '';

/** The bounds of all members that begin with this text and a space. */
export const rangeOf = (kind: 'name' | 'host', text: string): readonly [from: string, to: string] => [
  `[${kind} ${text} `,
  `(${kind} ${text}!`,
];

/** The client of a member of the index. */
export const clientIn = (member: string): string => member.slice(member.lastIndexOf(' ') + 1);

/** Fleet entries that may be the machine of one of these clients: all that are, and some more. */
export async function possibleTwins(head: Shard, machines: readonly Machine[]): Promise<readonly Entry[]> {
  const found = new Map<string, string>();
  for (const piece of inPieces(machines, pieceSize))
    for (const [client, text] of await possibleIn(head, piece)) found.set(client, text);
  return [...found];
}

async function possibleIn(head: Shard, machines: readonly Machine[]): Promise<readonly Entry[]> {
  const hosts = new Set(machines.map(({ host }) => machineOf(host)));
  const names = new Set([...machines.map(({ client }) => nameOf(client)), ...[...hosts].map(labelOf)]);
  const { redis, keys } = head;
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.zrangebylex(keys.of('machines'), ...rangeOf('name', name));
  for (const host of hosts) pipeline.zrangebylex(keys.of('machines'), ...rangeOf('host', host));
  const indexed = (valuesOf(await pipeline.exec()) as string[][]).flat().map(clientIn);
  const clients = [...new Set([...names, ...indexed])].filter((client) => client !== '');
  const texts = await redis.hmget(keys.of('fleet'), ...clients);
  return clients.flatMap((client, at): readonly Entry[] => {
    const text = texts[at] ?? null;
    return text === null ? [] : [[client, text]];
  });
}

/** Members that an index gets and loses with a change of the fleet. */
export interface IndexChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** @param known the client's entry before; null = the client is new */
export function indexChange(client: string, known: string | null, text: string): IndexChange {
  const before = known === null ? [] : indexMembers({ client, host: hostIn(client, known) });
  const after = indexMembers({ client, host: hostIn(client, text) });
  return {
    added: after.filter((member) => !before.includes(member)),
    removed: before.filter((member) => !after.includes(member)),
  };
}

/**
 * Stages members for a script that puts them into the index: score 1 = they are added, 0 = they
 * are removed.
 */
export async function stageMembers(
  { redis, keys }: Shard,
  token: string,
  { added, removed }: IndexChange,
): Promise<void> {
  const staging = keys.of('staging', token, 'machines');
  const scored = [
    ...added.map((member) => ['1', member] as const),
    ...removed.map((member) => ['0', member] as const),
  ];
  for (const piece of inPieces(scored, pieceSize))
    valuesOf(
      await redis
        .pipeline()
        .zadd(staging, ...piece.flat())
        .expire(staging, stagingSeconds)
        .exec(),
    );
}

/** Changes with every change of the fleet. */
export interface FleetVersion {
  readonly imports: string;
  readonly moves: string;
}

export async function fleetVersion({ redis, keys }: Shard): Promise<FleetVersion> {
  const [imports, moves] = await redis.mget(keys.of('imports'), keys.of('moves'));
  return { imports: imports ?? '0', moves: moves ?? '0' };
}

const indexFleetScript = scriptFile(import.meta.url, 'index-fleet.lua');

/**
 * Makes sure that the index knows the whole fleet. Reads the fleet only where an earlier version
 * has made or changed it.
 */
export async function indexFleet(head: Shard): Promise<void> {
  const { redis, keys } = head;
  for (;;) {
    const version = await fleetVersion(head);
    if ((await redis.get(keys.of('machinesAt'))) === version.imports) return;
    const token = randomUUID();
    let members = 0;
    for await (const page of scanHash(head, keys.of('fleet'))) {
      const added = page.flatMap(([client, text]) => indexMembers({ client, host: hostIn(client, text) }));
      members += added.length;
      await stageMembers(head, token, { added, removed: [] });
    }
    if ((await head.run(indexFleetScript, named({ token, ...version, members }))) === 1) return;
  }
}
