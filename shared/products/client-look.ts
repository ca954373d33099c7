import type { Intent, RunningProcess, Service } from '../domain/observation/observation.ts';

/**
 * What a gateway brings back from a look: structured where every Windows is alike, raw text where
 * only the product profile knows the meaning. `readObservation` turns it into an Observation.
 */
export interface ClientLook {
  readonly at: number;
  readonly bootId: string;
  readonly bootedAt: number;
  readonly role: 'workstation' | 'server';
  readonly logonServer: string;
  /** Text of the product's configuration file (SMS.INI), null when there is none. */
  readonly configuration: string | null;
  /**
   * Newest transcript of the update program (Smsrun32 /V), null when it never ran; `at` is null
   * where it was not asked.
   */
  readonly transcript: { readonly at: number | null; readonly text: string } | null;
  /** Text of the version file (CSDVER.SMS), null when there is none. */
  readonly versionFile: string | null;
  /**
   * One entry per asked file name: SHA-256 in lower-case hex, or null when missing; `error` when
   * it could not be read.
   */
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string | null;
    readonly error?: string;
  }[];
  readonly processes: readonly RunningProcess[];
  readonly locked: readonly string[];
  readonly services: readonly Service[];
  readonly users: readonly {
    readonly name: string;
    readonly session: number;
    readonly since: number;
    readonly load: string | null;
  }[];
  readonly packageRunning: boolean;
  readonly pendingRestart: boolean;
  readonly intent: Intent | null;
  /**
   * Free bytes of the component directory's disk; absent where the look did not ask or the client
   * cannot tell.
   */
  readonly freeBytes?: number;
  /**
   * The machine's own name for its Windows (`Microsoft Windows [Version 10.0.19045]`); absent
   * where it does not say.
   */
  readonly system?: string;
}

/**
 * What the gateway looks at: paths and names from the product profile and the release
 * (`lookRequest`). An absent field is not asked for, and its part of the look is empty.
 */
export interface LookRequest {
  readonly componentDirectory: string;
  readonly files: readonly string[];
  readonly services: readonly string[];
  /**
   * Full paths of the product's configuration file, its version file, and the file that the update
   * program writes its transcript to.
   */
  readonly configurationFile?: string;
  readonly versionFile?: string;
  readonly transcriptFile?: string;
  /** Whether to ask when the transcript was written, which costs a call of its own. */
  readonly isTranscriptDated?: boolean;
  /** The log whose last line says these words while a package runs. */
  readonly busy?: { readonly file: string; readonly says: string };
}
