import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Built, labHome } from './build.ts';
import { claimBlock } from './claim-block.ts';
import { WindowsClient } from './client.ts';
import { type LogonServer, makeLogonServer } from './logon-server.ts';
import { makeKey } from './sshd.ts';
import { removeRun, sweepRuns } from './sweep.ts';
import { rulesOf, type Trait } from './traits.ts';

export interface LabOptions {
  /** One client per entry. */
  readonly traits: readonly Trait[];
  /**
   * Clients are at .1, .2, … of this block of loopback addresses, or of another one where another
   * lab has this block.
   */
  readonly block?: string;
  /** No other block will do. */
  readonly isBlockExact?: boolean;
  readonly port?: number;
  /**
   * Programs over ssh may read the logon server's share; no when left out, as with a key login on
   * Windows.
   */
  readonly readsShares?: boolean;
  /** Switched on at once; yes when left out. */
  readonly isOn?: boolean;
  readonly say?: (text: string) => void;
}

export const defaultBlock = process.env['SERVPACK_WINDOWS_LAB_BLOCK'] ?? '127.0.88';
export const defaultPort = 2222;

/**
 * A running lab. `close` removes everything of it; its guard does so when this process is killed.
 */
export interface WindowsLab {
  readonly folder: string;
  readonly built: Built;
  readonly clients: readonly WindowsClient[];
  readonly servers: readonly LogonServer[];
  /** The private key that every client accepts, for root. */
  readonly userKey: string;
  /** Adds a client with the next address and switches it on. */
  add(trait: Trait, options?: { readonly isOn?: boolean; readonly load?: string }): Promise<WindowsClient>;
  /** Ends a client and removes it. */
  remove(client: WindowsClient): Promise<void>;
  client(id: string): WindowsClient;
  close(): Promise<void>;
}

/**
 * @throws CanNotBuild when it is not possible on this machine; BlockTaken when another lab has the
 * addresses
 */
export async function startWindowsLab(options: LabOptions): Promise<WindowsLab> {
  const { say = () => undefined, port = defaultPort, readsShares = false } = options;
  await sweepRuns(labHome);
  const built = await build(say);
  const folder = join(labHome, 'runs', `${process.pid}-${Date.now()}`);
  const claim = await claimBlock({
    block: options.block ?? defaultBlock,
    isExact: options.isBlockExact ?? false,
    port,
    folder,
  });
  mkdirSync(folder, { recursive: true });
  const guard = startGuard(folder);
  const userKey = join(folder, 'id_lab');
  makeKey(userKey);
  const names = [...new Set(Object.values(rulesOf).map(({ logonServer }) => logonServer))];
  const servers = names.map((name) => makeLogonServer(join(folder, 'logon-servers'), name, built));
  const clients: WindowsClient[] = [];
  let number = 0;

  const make = (trait: Trait, load?: string): WindowsClient => {
    number += 1;
    const id = `pc-${number}`;
    const server = servers.find(({ name }) => name === rulesOf[trait].logonServer);
    if (server === undefined) throw new Error(`no logon server ${rulesOf[trait].logonServer}`);
    const client = new WindowsClient({
      id,
      trait,
      place: {
        prefix: join(folder, id),
        address: `${claim.block}.${number}`,
        port,
        userKey: `${userKey}.pub`,
        readsShares,
      },
      built,
      server,
      say,
      ...(load === undefined ? {} : { load }),
    });
    client.make();
    clients.push(client);
    return client;
  };
  const lab: WindowsLab = {
    folder,
    built,
    clients,
    servers,
    userKey,
    add: async (trait, { isOn = true, load } = {}) => {
      const client = make(trait, load);
      if (isOn) await client.powerOn();
      return client;
    },
    remove: async (client) => {
      clients.splice(clients.indexOf(client), 1);
      await client.remove();
    },
    client: (id) => {
      const found = clients.find((client) => client.id === id);
      if (found === undefined) throw new Error(`no client ${id} in the lab`);
      return found;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.remove()));
      await removeRun(folder);
      await stopGuard(guard);
      await claim.release();
    },
  };
  try {
    const made = options.traits.map((trait) => make(trait));
    if (options.isOn !== false) await Promise.all(made.map((client) => client.powerOn()));
    writeFileSync(join(folder, 'known_hosts'), made.map(({ knownHost }) => `${knownHost}\n`).join(''));
    return lab;
  } catch (error) {
    await lab.close();
    throw error;
  }
}

function startGuard(folder: string): ChildProcess {
  const script = join(import.meta.dirname, 'guard.ts');
  const guard = spawn(process.execPath, [script, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' },
  });
  guard.unref();
  return guard;
}

async function stopGuard(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return;
  const ended = new Promise((resolve) => guard.once('exit', resolve));
  guard.ref();
  guard.stdin?.end();
  await ended;
}
