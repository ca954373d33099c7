import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, mkdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { windowsPatienceMs } from '../../environment/patience.ts';
import type { Built } from './build.ts';
import { type Hold, holdCommand, type HoldPlace } from './hold.ts';
import type { LogonServer } from './logon-server.ts';
import { makePrefix } from './prefix.ts';
import { fingerprintOf, hostKeyOf, prepareSshd, type SshdPlace, startSshd } from './sshd.ts';
import { endProcessesOf, endSshdOf, removeServerFolder } from './sweep.ts';
import { rulesOf, type Trait, type TraitRules } from './traits.ts';
import { boot, runProgram, shutDown, wineEnvironment, wineLoader } from './wine.ts';

export interface ClientSetup {
  readonly id: string;
  readonly trait: Trait;
  readonly place: SshdPlace;
  readonly built: Built;
  readonly server: LogonServer;
  /** How often Load of its user starts Smsrun32; `once` when left out. */
  readonly load?: string;
  /** Called with every event of the client, in words. */
  readonly say: (text: string) => void;
}

/** Real time between the end of one Windows and the start of the next. */
const offMs = 300;

/**
 * A Windows machine of the lab: a Wine prefix with an sshd of its own, and a user who presses its
 * buttons.
 */
export class WindowsClient {
  readonly id: string;
  readonly trait: Trait;
  readonly rules: TraitRules;
  readonly place: SshdPlace;
  readonly #setup: ClientSetup;
  #watcher: FSWatcher | null = null;
  /** Events of a machine happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isRemoved = false;
  #boots = 0;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.id = setup.id;
    this.trait = setup.trait;
    this.rules = rulesOf[setup.trait];
    this.place = setup.place;
  }

  get prefix(): string {
    return this.place.prefix;
  }

  /** SHA256:…, of the client's own host key. */
  get fingerprint(): string {
    return fingerprintOf(join(this.prefix, 'host_key.pub'));
  }

  /** A line for known_hosts. */
  get knownHost(): string {
    return `[${this.place.address}]:${this.place.port} ${hostKeyOf(this.prefix)}`;
  }

  /** How often the machine was booted. */
  get boots(): number {
    return this.#boots;
  }

  /** Creates the machine, switched off. */
  make(): void {
    const { built, server } = this.#setup;
    mkdirSync(this.prefix, { recursive: true });
    makePrefix(this.prefix, built, this.rules, server);
    prepareSshd(this.place);
    this.#watcher = watch(join(this.prefix, 'root/C:/LAB'), () => this.#readRequest());
  }

  powerOn(): Promise<void> {
    return this.#next(async () => {
      await this.#boot();
      if (this.rules.isLoggedOn) await this.#logon();
    });
  }

  /**
   * Restarts the machine as a user does: an orderly end, another boot, and the user who logs on
   * every morning.
   */
  restart(): Promise<void> {
    return this.#next(() => this.#restart());
  }

  /** A power failure: everything that was not on the disk is lost. The machine stays off. */
  crash(): Promise<void> {
    return this.#next(async () => {
      this.#setup.say(`${this.id}: the power fails`);
      await endProcessesOf(this.prefix);
      removeServerFolder(this.prefix);
    });
  }

  /** Ends its sshd: connections are cut and new ones refused. The machine goes on. */
  disconnect(): Promise<void> {
    return this.#next(() => endSshdOf(this.prefix));
  }

  connect(): Promise<void> {
    return this.#next(async () => void (await startSshd(this.place)));
  }

  /**
   * The client's user logs on: the program that Load of the hive names runs, then the programs that
   * the user opens.
   */
  logon(): Promise<void> {
    return this.#next(() => this.#logon());
  }

  logoff(): Promise<void> {
    return this.#next(() => this.#session('logoff', this.rules.user.name));
  }

  /** The user ends a program of the component directory. */
  endProgram(executable: string): Promise<void> {
    return this.#next(() => this.#session('end', executable));
  }

  /** Runs a program on the machine itself, not over ssh, with the rights of its user. */
  run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    return runProgram(this.prefix, args);
  }

  /** Holds the next command line over ssh that contains this text. */
  hold(when: HoldPlace, text: string): Hold {
    return holdCommand(this.prefix, when, text);
  }

  /** Ends the machine, and removes it from the disk. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#watcher?.close();
    await this.#last.catch(() => undefined);
    await endProcessesOf(this.prefix);
    removeServerFolder(this.prefix);
    rmSync(this.prefix, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Resolves when every event of the machine has ended. */
  settled(): Promise<void> {
    return this.#next(() => Promise.resolve());
  }

  #next(action: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(() => (this.#isRemoved ? undefined : action()));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #boot(): Promise<void> {
    await boot(this.prefix);
    this.#boots += 1;
    await startSshd(this.place);
  }

  async #restart(): Promise<void> {
    this.#setup.say(`${this.id}: restarts`);
    await this.#goDown();
    await pause(offMs);
    await this.#boot();
    if (this.rules.logsOn) await this.#logon();
  }

  async #goDown(): Promise<void> {
    await endSshdOf(this.prefix);
    await shutDown(this.prefix);
    await endProcessesOf(this.prefix);
    removeServerFolder(this.prefix);
  }

  /** The request that shutdown.exe left. */
  #readRequest(): void {
    const [what, seconds] = takeRequest(this.prefix);
    if (what !== 'restart' && what !== 'off') return;
    void this.#next(async () => {
      await pause(Number(seconds) * 1000);
      await (what === 'restart' ? this.#restart() : this.#goDown());
    }).catch((error: unknown) => this.#setup.say(`${this.id}: does not come back: ${String(error)}`));
  }

  /**
   * The session is a process of the client that stays until logoff. Resolves when its user has
   * opened everything.
   */
  async #logon(): Promise<void> {
    const { user, logonServer, componentDirectory } = this.rules;
    this.#setup.say(`${this.id}: ${user.name} logs on`);
    const programs = user.opens.map((name) => `"${componentDirectory}\\${name}"`);
    const child = spawn(
      '/usr/bin/setarch',
      [
        '-R',
        wineLoader,
        String.raw`C:\LAB\session.exe`,
        'logon',
        user.name,
        user.sid,
        '1',
        logonServer,
        ...programs,
      ],
      {
        env: {
          ...wineEnvironment(this.prefix),
          LOAD: this.#setup.load ?? String.raw`C:\windows\SMSRUN32.EXE`,
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const ready = once(createInterface({ input: child.stdout }), 'line', {
      signal: AbortSignal.timeout(windowsPatienceMs),
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${this.id}: the logon fails`)));
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  async #session(...words: readonly string[]): Promise<void> {
    const { code } = await this.run(String.raw`C:\LAB\session.exe`, ...words);
    if (code !== 0) throw new Error(`${this.id}: session ${words.join(' ')} ended with ${code}`);
  }
}

/**
 * Removes the request once its line is whole: a second notice about the same file finds nothing.
 */
function takeRequest(prefix: string): readonly string[] {
  const file = join(prefix, 'root/C:/LAB/RESTART.REQ');
  try {
    const text = readFileSync(file, 'utf8');
    if (!text.endsWith('\n')) return [];
    rmSync(file);
    return text.trim().split(' ');
  } catch {
    return [];
  }
}
