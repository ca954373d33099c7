import { createServer as listenOn, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type AuthContext, type Connection, type Session } from 'ssh2';
import type { Machine } from '../fleet/machine.ts';
import type { Machines } from '../fleet/machines.ts';
import { windows } from '../fleet/sms.ts';
import { Cmd } from './cmd-run.ts';
import { NtFiles } from './nt-files.ts';
import { programsOf } from './programs.ts';
import { serveSftp } from './sftp.ts';

const { Server, utils } = ssh2;

/** Real milliseconds: how soon a connection notices that its machine went down, and a program that something has ended. */
const soon = 10;

/** What a door may be told, beside whose it is. */
export interface DoorOptions {
  /** 127.0.0.1 when not given. */
  readonly address?: string;
  /** Any when not given. */
  readonly port?: number;
  /** Real milliseconds within which open connections notice that the machine went down. */
  readonly noticedWithinMs?: number;
  readonly hear?: Listener;
}

/** Hears of everything that a client asks of the door, as it comes in. */
export interface Listener {
  connected(): void;
  commanded(line: string): void;
  /** A request over SFTP, the opening of its channel among them. */
  askedForFile(): void;
}

export interface SshDoor {
  readonly port: number;
  /** Command lines that have come in. */
  readonly commands: () => number;
  close(): Promise<void>;
}

/** Keys of a door; every machine of a lab may show the same one, and the user of servpack may be one for all. */
export interface DoorKeys {
  readonly hostKey: string;
  readonly hostKeyBytes: Buffer;
  readonly userKey: Buffer;
}

export function makeDoorKeys(): DoorKeys {
  const [host, user] = [utils.generateKeyPairSync('ed25519'), utils.generateKeyPairSync('ed25519')];
  return {
    hostKey: host.private,
    hostKeyBytes: Buffer.from(host.public.split(' ')[1] ?? '', 'base64'),
    userKey: Buffer.from(user.private),
  };
}

/** The sshd of one machine of the lab fleet: a real SSH server on loopback whose cmd.exe works on the model. */
export async function openDoor(
  machines: Machines,
  machine: Machine,
  keys: DoorKeys,
  { address = '127.0.0.1', port: wanted = 0, noticedWithinMs = soon, hear }: DoorOptions = {},
): Promise<SshDoor> {
  const visit = <T>(act: (now: number) => T): T => machines.visit(machine, act);
  const files = new NtFiles(machine, () => machines.now());
  const pause = () => sleep(soon);
  const programs = programsOf(machine, files, visit, pause);
  const variables = new Map([
    ['SYSTEMROOT', windows],
    ['OS', 'Windows_NT'],
  ]);
  let commands = 0;
  const open = new Set<Connection>();
  const server = new Server({ hostKeys: [keys.hostKey] }, (connection) => {
    if (visit(() => machine.power === 'off')) return void connection.end();
    // The types do not know it on this side.
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
        void new Cmd(files, programs, variables).run(command, streams).then((code) => {
          channel.exit(code & 0xff);
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

function letIn(context: AuthContext, { userKey }: DoorKeys): void {
  if (context.method !== 'publickey') return context.reject(['publickey']);
  const known = utils.parseKey(userKey);
  if (known instanceof Error || !context.key.data.equals(known.getPublicSSH())) return context.reject();
  context.accept();
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = listenOn().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
