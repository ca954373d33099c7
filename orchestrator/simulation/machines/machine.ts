import type { Agent } from './agent.ts';
import type { Service } from '../../../shared/domain/observation/observation.ts';
import type { Fence } from '../../../shared/store/types.ts';
import type { GatewayResult } from '../../../shared/execution/gateway.ts';
import type { ChangeRequest } from '../../../shared/execution/simulated/wire.ts';
import type { ClientLook } from '../../../shared/products/client-look.ts';
import { type Dice, type Span, within } from './chance.ts';
import type { Disk, FileContent } from './disk.ts';
import type { FleetRow } from './fleet-row.ts';
import type { LogonServer } from './logon-server.ts';
import { bin, pcmService } from './sms.ts';
import type { DailyHabits, Mornings } from './timetable.ts';
import type { Trait, TraitRules, TraitSet } from './traits.ts';

/** Everything that the machines of a fleet share, and their connections to the outside. */
export interface World {
  readonly seed: string;
  /** Lab time at which the fleet was switched on. */
  readonly startedAt: number;
  readonly traits: TraitSet;
  /** The second product: machines with a trait of the agents have it. */
  readonly agent: Agent;
  readonly servers: ReadonlyMap<string, LogonServer>;
  /** Shared contents of unchanged disks, by their files. */
  readonly disks: Map<string, ReadonlyMap<string, FileContent>>;
  readonly mornings: Mornings;
  /** Left out = users come and go at other times each day, and computers stay on. */
  readonly habits?: DailyHabits;
  /** Keys of files by folder and name: every look asks for the same ones. */
  readonly keys: Map<string, Map<string, string>>;
  /** Texts that many machines have, each once: a reader that knows one knows it everywhere. */
  readonly texts: Map<string, string>;
  /** What looks show of the files of unchanged disks. */
  readonly shownFiles: Map<ReadonlyMap<string, FileContent>, ShownFiles>;
  /** Real time, epoch milliseconds. */
  readonly realNow: () => number;
  /** A call that waited for the machine gets its answer. */
  readonly answered: (call: number, answer: GatewayResult<unknown>) => void;
  /** The logon script of a client posts the transcript of Smsrun32. */
  readonly checkIn: (machine: Machine, transcript: string) => void;
}

/** What a look shows of the files of one folder. */
export interface ShownFiles {
  readonly folder: string;
  readonly names: readonly string[];
  readonly files: ClientLook['files'];
}

/** Values of a machine that its SMS.INI follows from, and that change. */
export type ShownIniValues = Pick<Machine, 'setupPhase' | 'filesNotDownloaded' | 'copyListVersion'>;

export interface Process {
  readonly pid: number;
  readonly imagePath: string;
  readonly session: number;
  readonly user: string;
  readonly startedAt: number;
}

/**
 * Something that a machine does by itself next. `name` is the name of a service, with its process
 * where it dies.
 */
export interface Due {
  readonly at: number;
  readonly what: DueKind;
  readonly name: string;
}

export type DueKind =
  | 'down'
  | 'shutDown'
  | 'boot'
  | 'logon'
  | 'logoff'
  | 'programStart'
  | 'smsrun32'
  | 'fileCopied'
  | 'powerFailure'
  | 'serviceStarted'
  | 'serviceStopped'
  | 'serviceDied'
  | 'startUnanswered'
  | 'stopUnanswered';

/**
 * What is wrong with a service while it runs from this folder. `zombie`: its process ends at once,
 * and the service control manager calls it running and can not control it (error 1061). `hangs`: it
 * stays start-pending. `dies`: it ends by itself so long after each start; its recovery action
 * starts it again where it `recovers`.
 */
export type ServiceTrouble = {
  readonly service: string;
  readonly folder: string;
} & (
  | { readonly kind: 'zombie' | 'hangs' }
  | { readonly kind: 'dies'; readonly afterMs: number; readonly recovers?: true }
);

/** A call that is answered when something on the machine has ended. */
export interface Waiter {
  readonly call: number;
  readonly until: Extract<DueKind, 'smsrun32' | 'serviceStarted' | 'serviceStopped'>;
  readonly name: string;
}

/** Smsrun32 in the middle of its download. */
export interface UpdateRun {
  readonly by: 'logon' | 'gateway';
  readonly todo: readonly string[];
  readonly failed: readonly string[];
  /** A second instance has the next file in use. */
  readonly isDisturbed: boolean;
}

/**
 * A changing call that was accepted. `at` is lab time; the others are real time, epoch
 * milliseconds.
 */
export interface JournalEntry {
  readonly at: number;
  readonly op: ChangeRequest['op'];
  readonly fence: Fence;
  readonly beganAt: number;
  /** When its effect was over, whether or not a driver still waited; null while it goes on. */
  endedAt: number | null;
}

/**
 * Why a client was restarted, as far as the client can tell; `none`: nothing since its start asked
 * for it.
 */
export type RestartReason = 'mark' | 'workaround' | 'replacement' | 'pendingRestart' | 'none';

/** Lab times. `upAt`: when the machine was up again; left out = it is not yet. */
export interface OrderedRestart {
  readonly at: number;
  readonly reason: RestartReason;
  readonly upAt?: number;
}

/** Events that must never happen on a client. Times are lab times. */
export type Violation =
  /** Two drivers had changes under way at once. */
  | { readonly kind: 'twoDrivers'; readonly at: number; readonly owners: readonly [string, string] }
  /** A change was accepted after one with a newer fence. */
  | { readonly kind: 'olderFence'; readonly at: number; readonly op: ChangeRequest['op'] }
  /** The client was marked a second time without a look in between. */
  | { readonly kind: 'markedAgain'; readonly at: number }
  /** The client was restarted although nothing since its last start asked for it. */
  | { readonly kind: 'restartedAgain'; readonly at: number }
  /** A change whose answer its driver never got was sent again without a look in between. */
  | { readonly kind: 'repeatedBlindly'; readonly at: number; readonly op: ChangeRequest['op'] };

/**
 * One simulated NT client: plain state, changed by the functions of this folder with an explicit
 * time.
 */
export interface Machine {
  readonly row: FleetRow;
  readonly trait: Trait;
  readonly rules: TraitRules;
  readonly world: World;
  readonly dice: Dice;

  power: 'on' | 'off';
  boots: number;
  bootedAt: number;
  /** A restart was ordered and the machine has not gone down yet. */
  goingDown: boolean;
  nextPid: number;
  processes: readonly Process[];
  services: readonly Service[];
  /** What is wrong with services, as a test has set it. */
  troubles: readonly ServiceTrouble[];
  /**
   * Services that were deleted while a process still used them, by name: they end once they have
   * stopped, and cannot be started before (Q173785).
   */
  markedForDeletion: readonly string[];
  /**
   * The backup that servpack keeps of a service that it deletes, until the service is installed
   * again.
   */
  keptService: Service | null;
  session: { readonly user: string; readonly since: number } | null;
  /** HKCU …\Windows\Load of its user. */
  load: string;

  setupPhase: 'installed' | 'upgrade' | 'verifyFiles';
  filesNotDownloaded: readonly string[];
  copyListVersion: number;
  /** SMS.INI as it was read last, with the values that it follows from; null = never. */
  shownIni: (ShownIniValues & { readonly text: string }) | null;
  readonly disk: Disk;
  /** Files with the attribute hidden. */
  hidden: ReadonlySet<string>;
  /** Permissions that were set; all others are the defaults of Windows. */
  permissions: ReadonlyMap<string, Permissions>;
  /** Files and folders that are links to others. */
  links: ReadonlySet<string>;
  /** Other names of folders, in lower case: junctions, `subst`. */
  aliases: ReadonlyMap<string, string>;
  /** PendingFileRenameOperations: what the next start renames, or deletes where `to` is empty. */
  renames: readonly { readonly from: string; readonly to: string }[];
  run: UpdateRun | null;
  /** When the last Smsrun32 ended, and which programs it found running. */
  transcript: { readonly at: number; readonly active: readonly string[]; readonly text: string } | null;
  packageUntil: number;
  diskFullUntil: number;
  secondInstanceUntil: number;
  /** Boots until no restart is pending any more. */
  bootsPending: number;
  /** The power will fail while Smsrun32 copies. */
  willDie: boolean;

  /** The newest fence seen in a changing call. */
  fence: Fence | null;
  fencedRefusals: number;
  /** The newest `journalAtMost` accepted changes; older ones are only counted. */
  readonly journal: JournalEntry[];
  journalDropped: number;
  violations: readonly Violation[];
  /** Accepted changes whose effect goes on. An abandoned change has no driver any more. */
  inFlight: readonly { readonly call: number; readonly entry: JournalEntry; abandoned: boolean }[];
  /** The last change whose driver never got its answer; null after a look. */
  unanswered: ChangeRequest['op'] | null;
  /** Number of the newest call that only looked. Calls are numbered as they come. */
  lastRead: number;
  waiting: readonly Waiter[];
  agenda: Due[];
  /** Restart orders that were accepted. */
  restarts: readonly OrderedRestart[];
  /** Causes in this boot that a restart resolves. */
  asksForRestart: Exclude<RestartReason, 'none'> | null;
  /** How often Upgrade.bat marked the client. */
  marks: number;
  notices: readonly { readonly at: number; readonly text: string }[];
  checkIns: number;
}

/** This machine's chance; `about` keeps different questions apart. */
export const toss = ({ dice }: Machine, ...about: readonly (string | number)[]): number =>
  dice.toss(...about);

/** A duration on this machine. It differs in every boot and at every moment. */
export const duration = (machine: Machine, what: string, at: number, span: Span): number =>
  within(span, machine.dice.toss(what, machine.boots, at));

export const bootIdOf = ({ row, boots, bootedAt }: Machine): string => `${row.client}-${boots}-${bootedAt}`;

export function spawn(machine: Machine, process: Omit<Process, 'pid'>): Process {
  const spawned = { ...process, pid: machine.nextPid };
  machine.nextPid += 4;
  machine.processes = [...machine.processes, spawned];
  return spawned;
}

export const isPackageRunning = (machine: Machine, at: number): boolean =>
  at < machine.packageUntil &&
  machine.services.some(({ name, state }) => name === pcmService && state !== 'stopped');

/** The server that this machine logs on to. The world has the server of every row. */
export function serverOf({ world, row }: Machine): LogonServer {
  const server = world.servers.get(row.logonServer);
  if (server === undefined) throw new Error(`no logon server ${row.logonServer}`);
  return server;
}

export const componentPath = (name: string): string => `${bin}\\${name}`;

/** The owner of a path and the accounts with access, by SID. */
export interface Permissions {
  readonly owner: string;
  /** Its own entries: accounts with full access. */
  readonly entries: readonly string[];
  /** The entries of the folder above apply too. */
  readonly inherits: boolean;
}
