import type { HookRun } from '../domain/campaign/hooks.ts';
import type { AuditEntry, Evidence } from './types.ts';

export interface HookRecord {
  /** Grows with each change. */
  readonly version: number;
  readonly run: HookRun;
}

/** The hooks of campaigns that were begun. They go when their campaign is removed. */
export interface HookStore {
  hookRuns(campaign: string): Promise<readonly HookRecord[]>;
  /**
   * Writes a hook by compare-and-set of its version; version 0 = it was not begun yet.
   * @returns false when another change came first: read again
   */
  commitHookRun(
    campaign: string,
    run: HookRun,
    version: number,
    audit: AuditEntry,
    evidence: readonly Evidence[],
  ): Promise<boolean>;
}
