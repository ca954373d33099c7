import type { Observation, PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';
import type { Journal, StepName } from '../remediation/procedure.ts';
import type { Failure } from '../observation/failure.ts';
import type { Answered } from '../rules/approval-rules.ts';
import type { ClientHookEvent } from '../rules/client-hooks.ts';
import type { Upgrade } from './state.ts';

/** What happens to an upgrade. Delivery is at least once: an event can come late, or twice. */
export type UpgradeEvent =
  /**
   * A worker took the lease: a timer fired, a slot became free, or another worker died.
   */
  | { readonly type: 'Activated' }
  /**
   * The worker that runs the command stops and gave the command up. Its outcome is not known, which
   * is no fault of the client.
   */
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
  /** The client is at another step than the record, so the record is old. */
  | { readonly type: 'JournalFoundStale'; readonly step: StepName }
  | { readonly type: 'CheckedIn' }
  /** A person ends the upgrade of this client, or of the whole campaign. */
  | { readonly type: 'EndRequested'; readonly ending: Ending }
  /** A person answered the question whether a step may begin. */
  | { readonly type: 'ApprovalAnswered'; readonly answer: Answered }
  | ClientHookEvent;

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
  | { readonly kind: 'changed'; readonly upgrade: Upgrade; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string };
