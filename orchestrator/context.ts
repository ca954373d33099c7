import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import type { Dispatcher } from '../shared/queues/dispatcher.ts';
import type { Narrowing } from '../shared/domain/campaign/narrowing.ts';
import type { Rulebook } from '../shared/rulebook.ts';
import type { LeadingStore, OperatorStore } from '../shared/store/store.ts';
import type { Activation } from '../shared/store/types.ts';
import type { Traces } from '../shared/traces/traces.ts';
import type { CampaignArchive } from './archive/campaign-archive.ts';
import type { Archive } from './audit/archive.ts';
import type { AuditContents } from './audit/contents/audit-contents.ts';
import type { Background } from './background/request.ts';
import type { Caller } from './caller.ts';
import type { Certificates } from './http/tls/certificates.ts';
import type { HookRunner } from './hooks/hook-runner.ts';
import type { LookBacks } from './campaigns/look-backs.ts';
import type { ProcessWatch } from './campaigns/process-watch.ts';
import type { OrchestratorMetrics } from './metrics/open-metrics.ts';
import type { Notifier } from './notify/notifier.ts';
import type { FourEyes } from './requests/permit.ts';

/** What every request to an orchestrator works with. */
export interface OrchestratorContext {
  readonly store: OperatorStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** What holds for the clients of a campaign, read once per campaign. */
  readonly rulebook: Rulebook;
  readonly log: Logger;
  /**
   * Whose request this is, where its token is narrowed: sentences do not name the campaigns that it
   * does not reach.
   */
  readonly asker?: Narrowing;
  /** Who waits for the answer, and may lose their authority meanwhile. Without it servpack acts. */
  readonly caller?: Caller;
  /** The audit files, where this orchestrator keeps some. */
  readonly archive?: Archive;
  /** What stands where in these files. Without it each answer reads them first. */
  readonly contents?: AuditContents;
  /** The archived campaigns, where this orchestrator has a data folder. */
  readonly campaignArchive?: CampaignArchive;
  /**
   * Why this orchestrator, as the leader, cannot write the audit files; null while it can,
   * undefined before it has tried.
   */
  readonly auditTrouble?: () => string | null | undefined;
  /** Whether this orchestrator leads. Without it nobody says so. */
  readonly leads?: () => boolean;
  /** The key that check-in tokens are computed from, where clients may report in by themselves. */
  readonly checkInKey?: string;
  /** With which certificates it listens. Without them the listeners are plain HTTP. */
  readonly certificates?: Certificates;
  /** The operator's folder of product profiles. Without it only the built-in ones are known. */
  readonly profiles?: string;
  /** Which processes servpack is without. Without it nothing is said of them. */
  readonly processes?: ProcessWatch;
  /** Runs the hooks of campaigns. Without it none runs, and what a hook holds stays closed. */
  readonly hooks?: HookRunner;
  /** The same for the hooks of clients, which keep no hook of a campaign or wave waiting. */
  readonly clientHooks?: HookRunner;
  /** Which commands need a second person. Without it none does. */
  readonly fourEyes?: FourEyes;
  /** Who gets messages. Without it nobody does. */
  readonly notifier?: Notifier;
  /** What this process counts, and its answer to a scrape. Without it nothing is counted. */
  readonly metrics?: OrchestratorMetrics;
  /** Where this process sends its spans. Without it nothing is traced. */
  readonly traces?: Traces;
  /**
   * A place in the audit: what is read after this call knows everything up to it, and a reader of
   * events goes on there. Null, or left out = nobody can say.
   */
  readonly position?: () => string | null;
  /** Runs work on large files and fleets in a thread of its own. Without it the work runs here. */
  readonly background?: Background;
  /** What came of campaigns, as it was read last. Without it each answer reads the audit itself. */
  readonly lookBacks?: LookBacks;
}

/**
 * What the rounds of the leader work with: what they change carries the fence of the leader's
 * term.
 */
export interface LeaderContext extends OrchestratorContext {
  readonly store: LeadingStore;
}

/**
 * Adds the jobs of activations that are already written in their records. A job that cannot be
 * added now is added by the sweep. After that a worker goes on: `workers/jobs.ts`.
 */
export async function dispatchJobs(
  { dispatcher, clock, log }: Pick<OrchestratorContext, 'dispatcher' | 'clock' | 'log'>,
  activations: readonly Activation[],
): Promise<void> {
  if (activations.length === 0) return;
  const jobs = activations.map((activation) => ({ activation, delayMs: clock.realDelay(activation.dueAt) }));
  try {
    await dispatcher.addAll(jobs);
  } catch (error) {
    log.warn({ error, jobs: jobs.length }, 'could not add jobs; the sweep will');
  }
}
