import type { Blocker } from '../observation/blocker.ts';
import type { Ending } from '../outcome/ending.ts';
import type { Observation, PreImage, SwapPreImage } from '../observation/observation.ts';
import type { DeferralClass, WaitClass } from '../rules/policy.ts';
import type { Journal, StepName } from '../remediation/procedure.ts';
import type { Failure } from '../observation/failure.ts';
import type { Sighting } from '../remediation/persistence.ts';

/**
 * One client's part in one campaign: the unit of state. `state` says where it stands and carries exactly that state's
 * data; `memory` is what has been learned and done on the way and outlives the states.
 */
export interface Upgrade {
  readonly client: string;
  readonly attempt: number;
  /** Position of the client's wave in the campaign, from 0. */
  readonly wave: number;
  readonly logonServer: string;
  readonly state: UpgradeState;
  readonly memory: Memory;
}

export type UpgradeState =
  | { readonly phase: 'looking' }
  | { readonly phase: 'marking' }
  | { readonly phase: 'unmarking' }
  | { readonly phase: 'updating' }
  | { readonly phase: 'ordering'; readonly cause: RestartCause }
  | { readonly phase: 'restarting'; readonly nextLook: number }
  | { readonly phase: 'notifying'; readonly blockers: readonly Blocker[] }
  | {
      readonly phase: 'deferred';
      readonly class: WaitClass;
      readonly until: number;
      readonly because: string;
      readonly blockers: readonly Blocker[];
    }
  | {
      readonly phase: 'remedying';
      readonly journal: Journal;
      /** Policy time of the next try after a failed one; null while the step can run now. */
      readonly retryAt: number | null;
      /** What stood in the way when the procedure was begun. */
      readonly blockers: readonly Blocker[];
    }
  | ({ readonly phase: 'settled'; readonly at: number } & Ending);

export type Phase = UpgradeState['phase'];

/** `pendingRestart`: it has restarted and still says that a restart is pending. `replacement`: files wait for it (`replaceAtRestart`). */
export type RestartCause = 'mark' | 'workaround' | 'pendingRestart' | 'replacement';

/** A restart that was ordered and has not been proved yet. The proof is another boot id. */
export interface PendingRestart {
  readonly cause: RestartCause;
  readonly orderedAt: number;
  readonly bootBefore: string;
  readonly deadline: number;
  /** Did the client take the order? null = the outcome of the command is not known. */
  readonly taken: boolean | null;
}

export interface Memory {
  /** The client was marked by us, or its update was run or its files were swapped, and in which boot. */
  readonly marked: { readonly at: number; readonly bootId: string } | null;
  /**
   * The update command was sent and its outcome is not known; the next look tells. `workerStopped`: nothing speaks against the
   * client, only our own worker let go of it, so that it is not deferred when the look finds nothing done.
   */
  readonly unanswered: boolean | 'workerStopped';
  readonly restart: PendingRestart | null;
  /** Restarts ordered in this attempt, by cause. */
  readonly restarts: Readonly<Partial<Record<RestartCause, number>>>;
  readonly deferrals: Readonly<Partial<Record<DeferralClass, number>>>;
  /** By blocker fingerprint; only blockers that the last look still found. */
  readonly sightings: Readonly<Record<string, Sighting>>;
  /** Fingerprints of every blocker ever found, for the ranking. */
  readonly seen: readonly string[];
  /** Users were told at this time that the blocker will be moved. */
  readonly notifiedAt: number | null;
  /** A service set to manual by the workaround that must get its start type back before the upgrade may settle. */
  readonly workaround: { readonly preImage: PreImage; readonly bootId: string } | null;
  /** Files that take their places when the client leaves this boot; they are proved, or taken back, before the upgrade may settle. */
  readonly replacing: { readonly preImage: SwapPreImage; readonly bootId: string } | null;
  readonly relocation: 'none' | 'done' | 'undone';
  /** Procedures that were begun and are not to be begun again in this attempt, by `attemptAt`. */
  readonly tried: readonly string[];
  /** The last deferral planned: a look before its time, after a check-in, does not spend the budget. */
  readonly lastDeferral: { readonly class: DeferralClass; readonly until: number } | null;
  /** How the moved service was before, so that a person may have it moved back; null unless it was moved. */
  readonly moved: PreImage | null;
  /** What a person wants of this client instead of its upgrade. */
  readonly request: Request | null;
  /** Where the moved service runs now. */
  readonly servicePath: string | null;
  /** The workaround was used: the same service will block again at the next release. */
  readonly willBlockAgain: boolean;
  /** Boot id and SHA-256 of the evidence of the last look. */
  readonly lastLook: { readonly at: number; readonly bootId: string; readonly evidence: string } | null;
}

/** `end`: settle so as soon as nothing is open on the client. `undo`: move the service back. `unmark`: take the mark back. */
export type Request =
  | { readonly kind: 'end'; readonly ending: Ending }
  | { readonly kind: 'undo'; readonly by: string; readonly reason: string }
  | { readonly kind: 'unmark'; readonly ending: Ending };

export type UpgradeEvent =
  /** An activation took the lease: a timer fired, a slot was handed over, or a worker died and another took over. */
  | { readonly type: 'Activated' }
  /** The worker that runs the command stops and has let go of it: what came of it is not known, and no fault of the client. */
  | { readonly type: 'WorkerStopped' }
  | { readonly type: 'ClientObserved'; readonly observation: Observation }
  | { readonly type: 'LookFailed'; readonly failure: Failure }
  | { readonly type: 'ClientMarked' }
  | { readonly type: 'ClientUnmarked' }
  | { readonly type: 'UpdateRan' }
  | { readonly type: 'RestartOrdered' }
  | { readonly type: 'UsersNotified' }
  | { readonly type: 'CommandFailed'; readonly failure: Failure }
  | { readonly type: 'StepDone'; readonly step: StepName; readonly preImage: PreImage | SwapPreImage | null }
  | { readonly type: 'StepFailed'; readonly step: StepName; readonly failure: Failure }
  /** The client stands at another step than the record: the record is an old one. */
  | { readonly type: 'JournalFoundStale'; readonly step: StepName }
  | { readonly type: 'CheckedIn' }
  /** A person gives this client up, or its whole campaign. */
  | { readonly type: 'EndRequested'; readonly ending: Ending };

/** What the driver must do on the client next. */
export type Command =
  | { readonly type: 'LookAtClient' }
  | { readonly type: 'MarkClient' }
  | { readonly type: 'UnmarkClient' }
  | { readonly type: 'RunUpdate' }
  | { readonly type: 'RestartClient' }
  | { readonly type: 'NotifyUsers'; readonly text: string }
  | { readonly type: 'RunStep'; readonly journal: Journal };

/** The answer to every (state, event) pair. */
export type Decision =
  | { readonly kind: 'moved'; readonly upgrade: Upgrade; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string };

export const newMemory: Memory = {
  marked: null,
  unanswered: false,
  restart: null,
  restarts: {},
  deferrals: {},
  sightings: {},
  seen: [],
  notifiedAt: null,
  workaround: null,
  replacing: null,
  relocation: 'none',
  tried: [],
  lastDeferral: null,
  moved: null,
  request: null,
  servicePath: null,
  willBlockAgain: false,
  lastLook: null,
};

/** The upgrade of a client that was just admitted. */
export const newUpgrade = (client: string, wave: number, logonServer: string): Upgrade => ({
  client,
  attempt: 1,
  wave,
  logonServer,
  state: { phase: 'looking' },
  memory: newMemory,
});

export type Remedying = Extract<UpgradeState, { phase: 'remedying' }>;
