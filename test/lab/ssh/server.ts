import { createServer as listenOn, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type AuthContext, type Connection, type Session } from 'ssh2';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import type { Machines } from '../fleet/machines.ts';
import { machineVariables } from '../../../orchestrator/simulation/machines/started-file.ts';
import { Cmd } from './cmd-run.ts';
import { NtFiles } from './nt-files.ts';
import type { Programs } from './program.ts';
import { programsOf } from './programs.ts';
import { type Batch, RunningLines } from './running-lines.ts';
import { serveSftp } from './sftp.ts';

const { Server, utils } = ssh2;

/**
 * Real milliseconds until a connection notices that its machine went down, and a program that
 * something has ended.
 */
const soon = 10;

/** Options of an sshd. */
export interface SshServerOptions {
  /** 127.0.0.1 when left out. */
  readonly address?: string;
  /** A free port when left out. */
  readonly port?: number;
  /** Real milliseconds within which open connections notice that the machine went down. */
  readonly noticedWithinMs?: number;
  readonly hear?: Listener;
  /** Batch files of the machine, by the name of the file in lower case. */
  readonly batches?: Readonly<Record<string, Batch>>;
}

/** Called for everything that a client asks of the sshd, as it comes in. */
export interface Listener {
  connected(): void;
  commanded(line: string): void;
  /** Requests over SFTP; opening the channel counts as one. */
  askedForFile(): void;
}

export interface SshServer {
  readonly port: number;
  /** Command lines that were received. */
  readonly commands: () => number;
  close(): Promise<void>;
}

/**
 * Keys of an sshd. All machines of a lab may show the same host key, and one user key may open all
 * of them.
 */
export interface SshKeys {
  readonly hostKey: string;
  readonly hostKeyBytes: Buffer;
  readonly userKey: Buffer;
}

export function makeSshKeys(): SshKeys {
  const [host, user] = [readableKeyPair(), readableKeyPair()];
  return {
    hostKey: host.private,
    hostKeyBytes: Buffer.from(host.public.split(' ')[1] ?? '', 'base64'),
    userKey: Buffer.from(user.private),
  };
}

/**
 * A pair of keys that ssh2 can read again: 81 of 20,000 that ssh2 1.17.0 makes are malformed, and
 * the test that gets one would fail.
 */
function readableKeyPair(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/**
 * The sshd of one machine of the lab fleet: a real SSH server on loopback whose cmd.exe works on
 * the model.
 */
export async function startSshServer(
  machines: Machines,
  machine: Machine,
  keys: SshKeys,
  {
    address = '127.0.0.1',
    port: wanted = 0,
    noticedWithinMs = soon,
    hear,
    batches = {},
  }: SshServerOptions = {},
): Promise<SshServer> {
  const visit = <T>(act: (now: number) => T): T => machines.visit(machine, act);
  const files = new NtFiles(machine, () => machines.now());
  const pause = () => sleep(soon);
  const programs = programsOf(machine, files, visit, pause);
  const lines = new RunningLines(batches);
  let commands = 0;
  const open = new Set<Connection>();
  const server = new Server({ hostKeys: [keys.hostKey] }, (connection) => {
    if (visit(() => machine.power === 'off')) return void connection.end();
    // The types do not have this property for servers.
    (connection as Connection & { setNoDelay(isOn: boolean): void }).setNoDelay(true);
    open.add(connection);
    hear?.connected();
    connection.on('error', () => undefined);
    connection.on('close', () => open.delete(connection));
    connection.on('authentication', (context: AuthContext) => letIn(context, keys));
    connection.on('session', (accept) => {
      const session: Session = accept();
      session.on('exec', (take, _reject, { command }) => {
        commands += 1;
        hear?.commanded(command);
        const channel = take();
        const streams = {
          out: { write: (text: string) => void channel.write(Buffer.from(text, 'latin1')) },
          error: { write: (text: string) => void channel.stderr.write(Buffer.from(text, 'latin1')) },
          input: '',
        };
        // sshd runs `cmd.exe /c "<command>"`.
        const work = (own: Programs): Promise<number> => {
          const all: Programs = (name, args, where) => own(name, args, where) ?? programs(name, args, where);
          return new Cmd(files, all, machineVariables).run(command, streams);
        };
        void lines.run(command, work).then((code) => {
          channel.exit((code ?? 1) & 0xff);
          channel.end();
        });
      });
      session.on('sftp', (take) => {
        hear?.askedForFile();
        serveSftp(take(), files, () => hear?.askedForFile());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, address, () => resolve()));
  const { port } = server.address() as AddressInfo;
  const watch = setInterval(() => {
    if (open.size > 0 && visit(() => machine.power === 'off'))
      for (const connection of open) connection.end();
  }, noticedWithinMs);
  watch.unref();
  return {
    port,
    commands: () => commands,
    close: async () => {
      clearInterval(watch);
      for (const connection of open) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function letIn(context: AuthContext, { userKey }: SshKeys): void {
  if (context.method !== 'publickey') return context.reject(['publickey']);
  const known = utils.parseKey(userKey);
  if (known instanceof Error || !context.key.data.equals(known.getPublicSSH())) return context.reject();
  context.accept();
}

/** A port of this machine on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = listenOn().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
