import { labClock } from '../../../shared/clock.ts';
import { filesOf } from '../../../orchestrator/simulation/machines/disk.ts';
import { readStagedRelease } from '../../lab/fleet/read-release.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import { Machines } from '../../lab/fleet/machines.ts';
import { bin } from '../../../orchestrator/simulation/machines/sms.ts';
import { traitOf } from '../../../orchestrator/simulation/machines/traits.ts';
import { closedPort, makeSshKeys, startSshServer, type SshServer } from '../../lab/ssh/server.ts';

/**
 * `node servers-process.ts CLIENTS TREE COMPONENTS`: SSH servers on loopback, each in front of a
 * free client of the lab's model.
 */
const [count = '', tree = '', components = ''] = process.argv.slice(2);

/** What one server saw since it was last reset, and what is true of its client now. */
export interface Visited {
  readonly client: string;
  readonly connections: number;
  /** Every command line, in the order in which they came in. */
  readonly lines: readonly string[];
  readonly fileRequests: number;
  /** Every file of the release is on its disk, by hash. */
  readonly isUpgraded: boolean;
}

export interface Servers {
  readonly clients: readonly { readonly client: string; readonly address: string; readonly port: number }[];
  readonly hostKey: string;
  readonly userKey: string;
}

export interface Report {
  /** Epoch milliseconds of the first connection; null = there was none. */
  readonly firstAt: number | null;
  readonly clients: readonly Visited[];
}

export type Asked = 'reset' | 'report';
export type Told = { readonly ready: Servers } | { readonly report: Report } | { readonly reset: true };

const seed = 'bench-ssh';
/**
 * On a Saturday no user logs on, so that only the measured program does anything on the clients.
 */
const saturday = Date.UTC(2026, 10, 21, 4);
/** A file takes seconds over the line of the model: milliseconds here. */
const speed = 1_000;
const serverNames = 20;

const release = readStagedRelease(tree, components);
if (!release.ok) throw new Error(release.error.message);
const staged = release.value;

const keys = makeSshKeys();
const names = Iterator.from(freeClients()).take(Number(count)).toArray();
const ports: number[] = [];
/** A fleet has one client per host: each has a loopback address of its own, as Linux has them. */
const addressOf = (at: number): string => `127.77.${at >> 8}.${at & 0xff}`;

function* freeClients(): Generator<string> {
  for (let number = 0; ; number += 1) {
    const client = `PC${String(number).padStart(5, '0')}`;
    if (traitOf(seed, client) === 'free') yield client;
  }
}

interface Heard {
  connections: number;
  fileRequests: number;
  readonly lines: string[];
}

interface Field {
  readonly machines: Machines;
  readonly servers: readonly SshServer[];
  readonly heard: ReadonlyMap<string, Heard>;
}

let firstAt: number | null = null;

async function openField(): Promise<Field> {
  firstAt = null;
  const machines = new Machines({
    rows: names.map((client, at) => ({
      client,
      host: '127.0.0.1',
      logonServer: `LS-${at % serverNames}`,
      zone: 'UTC',
      role: 'workstation',
    })),
    seed,
    clock: labClock({ labAt: saturday, realAt: Date.now(), speed }),
    startedAt: saturday,
    traits: 'usual',
    release: staged,
    checkIn: () => undefined,
  });
  const heard = new Map(
    names.map((client): [string, Heard] => [client, { connections: 0, fileRequests: 0, lines: [] }]),
  );
  const servers: SshServer[] = [];
  for (const [at, client] of names.entries()) servers.push(await open(machines, heard, client, at));
  return { machines, servers, heard };
}

/** On the same port each time, so that a program that knows the client finds it again. */
async function open(
  machines: Machines,
  heard: ReadonlyMap<string, Heard>,
  client: string,
  at: number,
): Promise<SshServer> {
  const machine = machines.find(client);
  const here = heard.get(client);
  if (machine === undefined || here === undefined) throw new Error(`no client ${client}`);
  const hear = {
    connected: () => {
      firstAt ??= Date.now();
      here.connections += 1;
    },
    commanded: (line: string) => void here.lines.push(line),
    askedForFile: () => void (here.fileRequests += 1),
  };
  ports[at] ??= await closedPort();
  // Nothing restarts here: to look every 10 ms would cost what is to be measured.
  return startSshServer(machines, machine, keys, {
    address: addressOf(at),
    port: ports[at],
    noticedWithinMs: 5_000,
    hear,
  });
}

async function closeField({ machines, servers }: Field): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
  machines.stop();
}

function isUpgraded(machine: Machine): boolean {
  const hashes = new Map(filesOf(machine.disk).map(([path, { sha256 }]) => [path, sha256]));
  return [...staged.files].every(
    ([name, { sha256 }]) => hashes.get(`${bin}\\${name}`.toLowerCase()) === sha256,
  );
}

const reportOf = ({ machines, heard }: Field): Report => ({
  firstAt,
  clients: [...machines.all()].map((machine) => {
    const { client } = machine.row;
    return {
      client,
      ...(heard.get(client) ?? { connections: 0, fileRequests: 0, lines: [] }),
      isUpgraded: machines.visit(machine, isUpgradedNow(machine)),
    };
  }),
});

const isUpgradedNow = (machine: Machine) => (): boolean => isUpgraded(machine);

let field = await openField();
const tell = (told: Told): void => void process.send?.(told);
process.on('message', (asked: Asked) => {
  if (asked === 'report') return tell({ report: reportOf(field) });
  void closeField(field)
    .then(openField)
    .then((opened) => {
      field = opened;
      tell({ reset: true });
    });
});
process.once('SIGTERM', () => process.exit(0));
tell({
  ready: {
    clients: names.map((client, at) => ({ client, address: addressOf(at), port: ports[at] ?? 0 })),
    hostKey: keys.hostKeyBytes.toString('base64'),
    userKey: keys.userKey.toString(),
  },
});
