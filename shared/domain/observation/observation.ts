/**
 * What a look found on one client, interpreted by the product profile. `decide` knows of a machine
 * only what stands in this value. The raw text is kept as evidence, by its SHA-256.
 */

/**
 * What the product's configuration file says of its setup, with spellings normalised. `unknown`: it
 * is missing or not understood, which is never success. `none`: by its profile the product writes
 * no phase.
 */
export type SetupPhase =
  | 'none'
  | 'installed'
  | 'upgrade'
  | 'verifyFiles'
  | 'componentDeinstall'
  | 'deinstall'
  | 'unknown';

/** `delayed`: automatic, some minutes after the others (Windows Vista and later). */
export type StartType = 'automatic' | 'delayed' | 'manual' | 'disabled';

export type ServiceRunState = 'running' | 'stopped' | 'startPending' | 'stopPending';

/** A service as the client's service control manager has it. Paths are in the client's spelling. */
export interface Service {
  readonly name: string;
  readonly imagePath: string;
  /**
   * The executable in the long spelling of the client, with variables and short names replaced.
   * Left out = the image path names it by itself.
   */
  readonly executable?: string;
  /** The type of the stored image path. Left out = REG_EXPAND_SZ, which Windows itself writes. */
  readonly pathType?: 'REG_SZ';
  readonly startType: StartType;
  readonly state: ServiceRunState;
  readonly pid: number | null;
  readonly account: string;
  readonly dependsOn: readonly string[];
  /**
   * The running services that depend on this one, directly or not, in an order in which they can be
   * stopped: while one of them runs, this one cannot be stopped (error 1051). Left out = none.
   */
  readonly neededBy?: readonly string[];
  /**
   * Other settings that no procedure may lose, by name, as the client prints them: recovery
   * actions, privileges, and the values of registry keys that belong to the service. Only
   * `readService` reads them. Left out = none.
   */
  readonly kept?: Readonly<Record<string, string>>;
}

/** A process whose image is in the component directory. Services run in session 0. */
export interface RunningProcess {
  readonly pid: number;
  readonly executable: string;
  readonly imagePath: string;
  readonly session: number;
  readonly user: string;
  readonly startedAt: number;
}

/** The SHA-256 of a component file on the client, or why it is not known. */
export type FileState =
  | { readonly sha256: string }
  | { readonly missing: true }
  | { readonly unreadable: string };

/**
 * HKCU …\Windows\Load of the logged-on user: does it start Smsrun32 once, never or twice (Q174952,
 * Q230660)?
 */
export type LoadEntry = 'once' | 'missing' | 'double' | 'nobodyLoggedOn';

/**
 * What the newest Smsrun32 /V transcript says. Smsrun32 prints "Verifying …" also when it is
 * blocked, so that line proves nothing.
 */
export interface Transcript {
  /** null = the time was not read. */
  readonly at: number | null;
  /** Lower-case names of `Client executable active:` lines, in order, without repeats. */
  readonly active: readonly string[];
  readonly inUse: boolean;
  /** Lines that the parser did not understand. With one of them the transcript proves nothing. */
  readonly notUnderstood: readonly string[];
}

/**
 * The note of a procedure on the client. It is there from before the first change until the client
 * is whole again.
 */
export type Intent =
  | IntentOf<'relocation' | 'workaround', PreImage>
  | IntentOf<'swap', SwapPreImage>
  | IntentOf<'replaceAtRestart', SwapPreImage>;

interface IntentOf<Kind, Image> {
  readonly kind: Kind;
  readonly campaign: string;
  readonly direction: 'forward' | 'back';
  /** The step that was about to run. */
  readonly step: string;
  readonly preImage: Image;
}

/**
 * The service exactly as it was, and its new path: enough to finish or undo a procedure without any
 * other record.
 */
export interface PreImage {
  readonly service: Service;
  /** SHA-256 of the service's executable. */
  readonly sha256: string;
  /** Image path before and after a relocation. */
  readonly from: string;
  readonly to: string;
  /**
   * `reinstall`: the relocation deletes the service and creates it again, and so does its way back.
   * Left out = the service gets another image path.
   */
  readonly by?: 'reinstall';
  /** A file was at the new path before the relocation. Left out = the copy there is servpack's. */
  readonly found?: true;
}

/**
 * The files of a product exactly as they were, their new versions, and the service that uses them.
 */
export interface SwapPreImage {
  /**
   * Runs out of the component directory, and is stopped for the swap; null = no service uses the
   * files.
   */
  readonly service: Service | null;
  /** The component directory. */
  readonly directory: string;
  /** Folder in which the new files wait. */
  readonly staging: string;
  /** Folder that keeps the old files. */
  readonly backup: string;
  /** The old files stay in the backup folder after a proved swap. */
  readonly keepsBackup: boolean;
  readonly files: readonly SwappedFile[];
}

/**
 * A file of the release that the client does not have yet: SHA-256 before (null = no file) and
 * after.
 */
export interface SwappedFile {
  readonly name: string;
  readonly before: string | null;
  readonly after: string;
}

export interface Observation {
  readonly at: number;
  /** Another one after every boot: the proof of a restart. */
  readonly bootId: string;
  readonly bootedAt: number;
  readonly role: 'workstation' | 'server';
  readonly logonServer: string;
  readonly setupPhase: SetupPhase;
  /** Null: the client does not say what is left to download, which is never "nothing". */
  readonly filesNotDownloaded: readonly string[] | null;
  /** By lower-case name: one entry for each file of the release's manifest. */
  readonly files: Readonly<Record<string, FileState>>;
  readonly processes: readonly RunningProcess[];
  /** Component files that cannot be opened for writing, in lower case. */
  readonly locked: readonly string[];
  readonly services: readonly Service[];
  readonly users: readonly { readonly name: string; readonly session: number; readonly since: number }[];
  readonly load: LoadEntry;
  readonly packageRunning: boolean;
  readonly pendingRestart: boolean;
  /** The installed service pack of the product (3 = SP3); null = not known. */
  readonly servicePack: number | null;
  readonly transcript: Transcript | null;
  readonly intent: Intent | null;
  /** SHA-256 of the raw evidence. */
  readonly evidence: string;
}
