import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Intent, Service, StartType } from '../../shared/domain/observation/observation.ts';
import type { Result } from '../../shared/errors.ts';
import type { ClientLook, LookRequest } from '../../shared/products/client-look.ts';

/** Who is allowed to change the client right now. A higher counter is newer; the owner makes equal counters distinguishable. */
export interface Fence {
  readonly counter: number;
  readonly owner: string;
}

/** The machine a call goes to. */
export interface Target {
  readonly client: string;
  readonly host: string;
  /** Null = the port of the gateway's settings. */
  readonly port: number | null;
  /** Fingerprints of which it must show one (`SHA256:…`); none = whatever the gateway's known hosts say. */
  readonly hostKeys: readonly string[];
}

export const targetOf = ({
  client,
  host,
  port,
  hostKeys,
}: Pick<Client, 'client' | 'host' | 'port' | 'hostKeys'>): Target => ({
  client,
  host,
  port: port ?? null,
  hostKeys: hostKeys ?? [],
});

/** The line of a client's configuration file by which it is marked for the update. */
export interface Phase {
  readonly file: string;
  readonly section: string;
  readonly key: string;
  readonly marked: string;
  readonly unmarked: string;
}

/** How a client is marked: the line is written, or a command is run that does it (Upgrade.bat). */
export type MarkMethod =
  | { readonly kind: 'configuration'; readonly phase: Phase }
  | { readonly kind: 'command'; readonly command: string };

/** A direct run of the update: what marks the client before it, the command line, and where its transcript is written. */
export interface UpdateRun {
  readonly mark: MarkMethod | null;
  readonly command: string;
  readonly transcriptFile: string | null;
}

/**
 * Why a call did not bring what was asked.
 * `unreachable`: never got there, nothing was done. `timedOut`, `cutOff`: the outcome is unknown and must be looked at.
 * `fenced`: the client has seen a newer driver. `failed`: the client did it and says no. `garbled`: an answer that can not be read.
 */
export interface GatewayFailure {
  readonly kind: 'unreachable' | 'timedOut' | 'cutOff' | 'fenced' | 'failed' | 'garbled';
  readonly message: string;
}

export type GatewayResult<T> = Result<T, GatewayFailure>;

/** Output of a command that ran on the client, kept as evidence. */
export interface CommandOutput {
  readonly exitCode: number;
  readonly output: string;
}

/** A call that changes the client: where, by whom, until when. */
export interface Change {
  readonly target: Target;
  readonly fence: Fence;
  readonly signal: AbortSignal;
}

/** A service as it is to be installed; everything else of it comes from what was kept. */
export type InstalledAs = Pick<Service, 'name' | 'imagePath' | 'startType' | 'account' | 'dependsOn'>;

/**
 * The hands of servpack: everything that touches a client goes through here. Every changing call carries the fence and is refused by
 * the client when it has seen a newer one. No call retries by itself, and none answers before the client did.
 */
export interface Gateway {
  /** Reads, never changes. */
  look(target: Target, request: LookRequest, signal: AbortSignal): Promise<GatewayResult<ClientLook>>;
  /**
   * Null: no service of this name is installed.
   * @param keys registry keys that belong to the service; their values come back in `kept`
   */
  readService(
    target: Target,
    name: string,
    signal: AbortSignal,
    keys?: readonly string[],
  ): Promise<GatewayResult<Service | null>>;
  hashFile(target: Target, path: string, signal: AbortSignal): Promise<GatewayResult<string | null>>;

  /** Can this login read a share of the network (`\\server\share`) from the client? A login with a key can not. */
  canReadShare(target: Target, share: string, signal: AbortSignal): Promise<GatewayResult<boolean>>;

  /** Marks the client for the update and nothing else: its files come later (SetupPhase=UPGRADE, Q168463). */
  mark(change: Change, how: MarkMethod): Promise<GatewayResult<CommandOutput>>;
  /** Takes the mark back: the phase is as before it and the next logon installs nothing. Not marked is fine. */
  unmark(change: Change, phase: Phase): Promise<GatewayResult<CommandOutput>>;
  /** Runs the update program on the client and brings its transcript (route `direct`). Marks first when asked to. */
  runUpdate(change: Change, run: UpdateRun): Promise<GatewayResult<CommandOutput>>;
  /** Orders a restart. Success means that the order was taken, not that the machine came back. */
  restart(change: Change): Promise<GatewayResult<void>>;
  notify(change: Change, text: string): Promise<GatewayResult<void>>;

  stopService(change: Change, name: string): Promise<GatewayResult<void>>;
  startService(change: Change, name: string): Promise<GatewayResult<void>>;
  configureService(
    change: Change,
    name: string,
    settings: { readonly startType?: StartType; readonly imagePath?: string },
  ): Promise<GatewayResult<void>>;
  /**
   * Keeps everything that is stored of the service on the client, deletes it, and waits until it is gone. Not there is fine. What is kept already
   * stays: a service that is made anew by half is not what it was. One that stays marked for deletion is a failure (Q173785).
   */
  uninstallService(change: Change, name: string): Promise<GatewayResult<void>>;
  /**
   * Makes the service anew with what `uninstallService` has kept, and what is said here; one that stands there by half is finished. Without the
   * one or the other there is nothing to make it of. An account that needs a password is refused: no password travels.
   */
  installService(change: Change, service: InstalledAs): Promise<GatewayResult<void>>;
  /** Copies a file on the client, creating the directory. Overwrites what stands at `to`. */
  copyFile(change: Change, from: string, to: string): Promise<GatewayResult<void>>;
  /** Brings a file of this machine onto the client, creating the directory. Overwrites what stands at `to`. */
  uploadFile(change: Change, localPath: string, to: string): Promise<GatewayResult<void>>;
  /**
   * Has Windows put `from` in the place of `to` at the next start, because `to` is in use until then. Both are on one volume. One that is
   * noted already is not noted twice; nothing happens at the start when `from` is gone by then.
   */
  replaceAtRestart(change: Change, from: string, to: string): Promise<GatewayResult<void>>;
  /** Removes one file, and its directory when that is then empty. Missing is fine. */
  removeFile(change: Change, path: string): Promise<GatewayResult<void>>;
  /**
   * Administrators own the directory and what lies in it afterwards, and only they and the system have any rights there, whoever made it
   * (Q181118). Twice is fine.
   * @param allowed names of files; anything else that is found there once nobody can add to it is `failed`, and left as it is. Null = it
   * does not matter what lies there
   */
  protectDirectory(
    change: Change,
    path: string,
    allowed: readonly string[] | null,
  ): Promise<GatewayResult<void>>;
  /** Reads back what `writeIntent` wrote, so that it is verified before the first change. */
  readIntent(target: Target, signal: AbortSignal): Promise<GatewayResult<Intent | null>>;
  /** Writes the intent and pre-image of a procedure onto the client, or takes it away with null. */
  writeIntent(change: Change, intent: Intent | null): Promise<GatewayResult<void>>;

  close(): Promise<void>;
}
