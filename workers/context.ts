import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import type { Client } from '../shared/domain/campaign/definition.ts';
import type { Failure } from '../shared/domain/observation/failure.ts';
import type { Rules } from '../shared/domain/rules/policy.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import type { Profile } from '../shared/products/profile.ts';
import type { Dispatcher } from '../shared/queues/dispatcher.ts';
import type { Rulebook } from '../shared/rulebook.ts';
import type { DrivingStore } from '../shared/store/store.ts';
import type { Traces } from '../shared/traces/traces.ts';
import type { Evidence, Fence, Message, UpgradeKey } from '../shared/store/types.ts';
import type { Change, Gateway } from '../shared/execution/gateway.ts';
import type { ReleaseFolder } from '../shared/execution/command-context.ts';
import type { WorkerMetrics } from './metrics/open-metrics.ts';
import type { ReleaseFolders } from './release-folder.ts';

/** What a worker process shares among all its activations. */
export interface WorkerContext {
  readonly store: DrivingStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateway: Gateway;
  readonly rulebook: Rulebook;
  readonly releases: ReleaseFolders;
  readonly leaseMs: number;
  /**
   * Fires when the worker is to stop: each activation hands its upgrade over at the next boundary.
   * Absent = never.
   */
  readonly quiet?: AbortSignal;
  /** What this process counts. Absent = nobody scrapes it, and nothing is counted. */
  readonly metrics?: WorkerMetrics;
  /** Where this process sends its spans. Absent = nothing is traced. */
  readonly traces?: Traces;
}

/** Everything one activation works with: one job, one client, one lease. */
export interface ActivationContext extends WorkerContext {
  readonly key: UpgradeKey;
  /** The queue that the job came from. */
  readonly queue: QueueName;
  /** Proves to the store and to the client that this driver is the present one. */
  readonly fence: Fence;
  /** Fires when the lease is lost: another driver may have it, so nothing is written or done. */
  readonly lost: AbortSignal;
  /** Fires when the running command must be abandoned while this driver still has the lease. */
  readonly stop: AbortSignal;
  /** When the upgrade was admitted, in policy time; absent = it is not known. */
  readonly admittedAt?: number | undefined;
  readonly client: Client;
  readonly rules: Rules;
  readonly profile: Profile;
  /** The files of the campaign's release, where this worker can read them. */
  readonly releaseFolder: ReleaseFolder;
  /** Target and fence of every changing call. Its signal fires with `lost` and with `stop`. */
  readonly change: Change;
}

/** The upgrade as its record holds it while this activation has the lease. */
export interface LeasedUpgrade {
  readonly version: number;
  readonly upgrade: Upgrade;
  /** Messages from outside that no commit has consumed yet. */
  readonly inbox: readonly Message[];
}

/** The next state of an upgrade, why, and on what evidence. */
export interface Transition {
  readonly upgrade: Upgrade;
  readonly because: string;
  readonly evidence: readonly Evidence[];
  /** How the call failed that led to it; left out = it did not. */
  readonly failure?: Failure['kind'];
}

/** How an activation ended. The record says what comes next. */
export type ActivationEnd =
  /** The upgrade rests until a moment; the job of its next activation is in the queue. */
  | 'rested'
  | 'settled'
  /** Nothing may begin now: the upgrade is parked, or rests before another look. */
  | 'held'
  /** The next activation is due now, for the other queue or for another worker. */
  | 'handedOver'
  /** Another driver has taken over. */
  | 'lost'
  /** There was no free slot, or the campaign does not run: nothing was begun. */
  | 'parked'
  /** The job's activation is not the record's next one: nothing was begun. */
  | 'ignored';
