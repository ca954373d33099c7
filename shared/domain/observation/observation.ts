/**
 * What a look found on one client, already interpreted by the product profile. Everything `decide` knows of a machine
 * comes through this value; the raw text it was read from is kept beside it as evidence (by SHA-256).
 */

/**
 * What the product's configuration file says of its setup, spellings normalised; 'unknown' when missing or not understood, which is
 * never success. 'none': the product writes no phase anywhere, by its profile.
 */
export type SetupPhase =
  | 'none'
  | 'installed'
  | 'upgrade'
  | 'verifyFiles'
  | 'componentDeinstall'
  | 'deinstall'
  | 'unknown';

/** `delayed`: by itself, some minutes after the others (Windows Vista and later). */
export type StartType = 'automatic' | 'delayed' | 'manual' | 'disabled';

export type ServiceRunState = 'running' | 'stopped' | 'startPending' | 'stopPending';

/** A service of the client's service control manager. Paths are as the client spells them. */
export interface Service {
  readonly name: string;
  readonly imagePath: string;
  readonly startType: StartType;
  readonly state: ServiceRunState;
  readonly pid: number | null;
  readonly account: string;
  readonly dependsOn: readonly string[];
  /**
   * The running services that depend on it, directly or not, in the order in which they can be stopped: while one runs, this
   * one can not be stopped (error 1051). Left out = there are none.
   */
  readonly neededBy?: readonly string[];
  /**
   * What else Windows stores of it and no procedure may lose, by the name of the value, as the client prints it: recovery actions,
   * privileges, and the values of registry keys that belong to it. Only `readService` brings it. Left out = there is none.
   */
  readonly kept?: Readonly<Record<string, string>>;
}

/** A process whose image lies in the component directory. Session 0 is where services live. */
export interface RunningProcess {
  readonly pid: number;
  readonly executable: string;
  readonly imagePath: string;
  readonly session: number;
  readonly user: string;
  readonly startedAt: number;
}

/** The SHA-256 of a component file on the client, or why there is none. */
export type FileState =
  | { readonly sha256: string }
  | { readonly missing: true }
  | { readonly unreadable: string };

/** HKCU …\Windows\Load of the logged-on user: does it start Smsrun32 once, never or twice (Q174952, Q230660)? */
export type LoadEntry = 'once' | 'missing' | 'double' | 'nobodyLoggedOn';

/** What the newest Smsrun32 /V transcript says. "Verifying …" is printed even when blocked, so it proves nothing. */
export interface Transcript {
  /** Null = it was not asked. */
  readonly at: number | null;
  /** Lower-case names of `Client executable active:` lines, in order, without repeats. */
  readonly active: readonly string[];
  readonly inUse: boolean;
  /** Lines that the parser did not understand; more than none means the transcript proves nothing. */
  readonly notUnderstood: readonly string[];
}

/** The record of a procedure that stands on the client from before its first change until it is whole again. */
export type Intent =
  | IntentOf<'relocation' | 'workaround', PreImage>
  | IntentOf<'swap', SwapPreImage>
  | IntentOf<'replaceAtRestart', SwapPreImage>;

interface IntentOf<Kind, Image> {
  readonly kind: Kind;
  readonly campaign: string;
  readonly direction: 'forward' | 'back';
  /** Name of the step that was about to run. */
  readonly step: string;
  readonly preImage: Image;
}

/** The service exactly as it was, and where it is to go: enough to finish or to undo a procedure without any other record. */
export interface PreImage {
  readonly service: Service;
  /** SHA-256 of the service's executable. */
  readonly sha256: string;
  /** Image path before, and after a relocation. */
  readonly from: string;
  readonly to: string;
  /** The service is deleted and made anew to be moved, and so it is to go back. Left out = it gets another image path. */
  readonly by?: 'reinstall';
}

/** The files of a product exactly as they were, what is to stand in their place, and the service that holds them. */
export interface SwapPreImage {
  /** Runs out of the component directory and is stopped for the swap; null when no service holds the files. */
  readonly service: Service | null;
  /** The component directory. */
  readonly directory: string;
  /** Where the new files wait, and where the old ones are kept. */
  readonly staging: string;
  readonly backup: string;
  /** The old files stay in the backup folder after a proved swap. */
  readonly keepsBackup: boolean;
  readonly files: readonly SwappedFile[];
}

/** A file of the release that is not on the client yet: SHA-256 before (null = there is none) and after. */
export interface SwappedFile {
  readonly name: string;
  readonly before: string | null;
  readonly after: string;
}

export interface Observation {
  readonly at: number;
  /** Differs after every boot; the proof that a restart happened. */
  readonly bootId: string;
  readonly bootedAt: number;
  readonly role: 'workstation' | 'server';
  readonly logonServer: string;
  readonly setupPhase: SetupPhase;
  readonly filesNotDownloaded: readonly string[];
  /** By lower-case file name, one entry for each file of the release's manifest. */
  readonly files: Readonly<Record<string, FileState>>;
  readonly processes: readonly RunningProcess[];
  /** Component files that can not be opened for writing, lower-case names. */
  readonly locked: readonly string[];
  readonly services: readonly Service[];
  readonly users: readonly { readonly name: string; readonly session: number; readonly since: number }[];
  readonly load: LoadEntry;
  readonly packageRunning: boolean;
  readonly pendingRestart: boolean;
  /** The product's installed service pack as a number (3 = SP3), or null when it can not be told. */
  readonly servicePack: number | null;
  readonly transcript: Transcript | null;
  readonly intent: Intent | null;
  /** SHA-256 of the raw evidence this was read from. */
  readonly evidence: string;
}
