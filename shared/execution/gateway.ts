import type { Client } from '../domain/campaign/definition.ts';
import type { Intent, Service, StartType } from '../domain/observation/observation.ts';
import type { Result } from '../errors.ts';
import type { ClientLook, LookRequest } from '../products/client-look.ts';
import type { Fence } from '../store/types.ts';

/** The machine that a call goes to. */
export interface Target {
  readonly client: string;
  readonly host: string;
  /** Null = the port of the gateway's settings. */
  readonly port: number | null;
  /**
   * Fingerprints (`SHA256:…`) of which the machine must show one; none = the known hosts of the
   * gateway decide.
   */
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

/**
 * How a client is marked: servpack writes the line, or runs a command that writes it (Upgrade.bat).
 */
export type MarkMethod =
  | { readonly kind: 'configuration'; readonly phase: Phase }
  | { readonly kind: 'command'; readonly command: string };

/**
 * A direct run of the update: the mark before it, its command line, and the file of its transcript.
 */
export interface UpdateRun {
  readonly mark: MarkMethod | null;
  readonly command: string;
  readonly transcriptFile: string | null;
}

/**
 * Why a call did not succeed. `unreachable`: the call did not reach the client, or could not begin
 * there for want of room on its disk, so nothing was done. `timedOut`, `cutOff`: the outcome is
 * unknown; the next driver looks first. `fenced`: the client has seen a newer driver. `failed`: the
 * client refused, or its command failed. `garbled`: the answer cannot be understood.
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

/**
 * A call that changes the client: the machine, the driver, and the signal that gives the call up.
 */
export interface Change {
  readonly target: Target;
  readonly fence: Fence;
  readonly signal: AbortSignal;
}

/**
 * Settings of a service to change.
 * `pathType`: how `imagePath` is stored; left out = REG_EXPAND_SZ.
 */
export interface ServiceSettings extends Pick<Service, 'pathType'> {
  readonly startType?: StartType;
  readonly imagePath?: string;
}

/** The settings of a service to install; all other settings come from the kept registry key. */
export type InstalledAs = Pick<
  Service,
  'name' | 'imagePath' | 'pathType' | 'startType' | 'account' | 'dependsOn'
>;

/** The place of a copy on a client. */
export interface CopyTarget {
  readonly from: string;
  readonly to: string;
  /** The directory that the copy must be outside of, whatever the names say. */
  readonly apartFrom: string;
  /** Names of files that may be there already; null = content, space and use do not count. */
  readonly allowed: readonly string[] | null;
}

/**
 * All that servpack does on a client. Every changing call carries the fence, and the client refuses
 * a fence older than one it has seen. No call retries by itself, and none returns before the client
 * has answered.
 */
export interface Gateway {
  /** Reads, never changes. */
  look(target: Target, request: LookRequest, signal: AbortSignal): Promise<GatewayResult<ClientLook>>;
  /**
   * Reads a service.
   * @param keys registry keys that belong to the service; their values are returned in `kept`
   * @returns null when no service of this name is installed
   */
  readService(
    target: Target,
    name: string,
    signal: AbortSignal,
    keys?: readonly string[],
  ): Promise<GatewayResult<Service | null>>;
  hashFile(target: Target, path: string, signal: AbortSignal): Promise<GatewayResult<string | null>>;

  /** Can this login read a share (`\\server\share`) from the client? A login with a key cannot. */
  canReadShare(target: Target, share: string, signal: AbortSignal): Promise<GatewayResult<boolean>>;

  /** Marks the client for the update; the files come later (SetupPhase=UPGRADE, Q168463). */
  mark(change: Change, how: MarkMethod): Promise<GatewayResult<CommandOutput>>;
  /**
   * Takes the mark back, so that the next logon installs nothing. Succeeds when the client is not
   * marked.
   */
  unmark(change: Change, phase: Phase): Promise<GatewayResult<CommandOutput>>;
  /**
   * Marks the client where `run` says so, runs the update program, and returns its transcript
   * (route `direct`).
   */
  runUpdate(change: Change, run: UpdateRun): Promise<GatewayResult<CommandOutput>>;
  /**
   * Orders a restart. Success means that Windows accepted the order, not that the machine is back.
   */
  restart(change: Change): Promise<GatewayResult<void>>;
  notify(change: Change, text: string): Promise<GatewayResult<void>>;

  stopService(change: Change, name: string): Promise<GatewayResult<void>>;
  startService(change: Change, name: string): Promise<GatewayResult<void>>;
  configureService(change: Change, name: string, settings: ServiceSettings): Promise<GatewayResult<void>>;
  /**
   * Keeps the registry key of the service on the client, deletes the service, and waits until it is
   * gone. Succeeds when there is no such service. An existing backup is kept: a half-recreated
   * service must not overwrite the original settings. A service that stays marked for deletion is
   * `failed` (Q173785).
   */
  uninstallService(change: Change, name: string): Promise<GatewayResult<void>>;
  /**
   * Recreates the service from the key that `uninstallService` kept and the settings given here, or
   * finishes a half-recreated one. `failed` when there is neither a kept key nor a service.
   * `failed` for an account that needs a password: servpack sends none.
   */
  installService(change: Change, service: InstalledAs): Promise<GatewayResult<void>>;
  /** Copies a file on the client and creates the directory. Overwrites a file at `to`. */
  copyFile(change: Change, from: string, to: string): Promise<GatewayResult<void>>;
  /**
   * Copies a file of this machine to the client and creates the directory. Overwrites a file at
   * `to`.
   */
  uploadFile(change: Change, localPath: string, to: string): Promise<GatewayResult<void>>;
  /**
   * Has Windows rename `from` to `to` at its next start, because `to` is in use until then. Both
   * are on one volume. A rename that is listed already is not listed twice. Windows does nothing
   * when `from` is gone at that start.
   */
  replaceAtRestart(change: Change, from: string, to: string): Promise<GatewayResult<void>>;
  /**
   * Removes a file, and its directory if that is empty then. Succeeds when there is no such file.
   */
  removeFile(change: Change, path: string): Promise<GatewayResult<void>>;
  /**
   * Can a service be moved there? `failed`, with the reason, where the directory of the copy cannot
   * be written, leads through a link, is the directory of the original or inside `apartFrom` by
   * another name, holds anything but the allowed files, or has no room. Leaves nothing behind.
   */
  checkTarget(change: Change, target: CopyTarget): Promise<GatewayResult<void>>;
  /**
   * Makes administrators the owner of a directory and its content, and takes all rights there from
   * everyone but them and the system (Q181118). May be repeated.
   * @param allowed names of files; when the protected directory holds anything else, the call is
   * `failed` and that content stays as it is. Null = any content is allowed
   */
  protectDirectory(
    change: Change,
    path: string,
    allowed: readonly string[] | null,
  ): Promise<GatewayResult<void>>;
  /**
   * Takes the client over for this driver, and reads the intent that is there. Older drivers can
   * change nothing from then on, so what is read after this call is no longer changed by them.
   */
  takeOver(change: Change): Promise<GatewayResult<Intent | null>>;
  /** Reads the intent on the client, which is so verified before the first change. */
  readIntent(target: Target, signal: AbortSignal): Promise<GatewayResult<Intent | null>>;
  /** Writes the intent and pre-image of a procedure onto the client; null removes them. */
  writeIntent(change: Change, intent: Intent | null): Promise<GatewayResult<void>>;

  close(): Promise<void>;
}
