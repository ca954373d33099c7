import type { HookRun, HookState } from '../../shared/domain/campaign/hooks.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

const hookStep = (state: HookState): string => `hook ${state}`;

/** Is this `to` one of an entry that `hookAudit` made? */
export const isHookStep = (to: string): boolean => to.startsWith('hook ');

/** The audit entry of a hook that comes into another state. */
export const hookAudit = (
  campaign: string,
  [before, run]: readonly [HookRun | null, HookRun],
  { at, who, evidence }: Pick<AuditEntry, 'at' | 'who' | 'evidence'>,
): AuditEntry => ({
  at,
  campaign,
  client: null,
  who,
  from: before === null ? '' : hookStep(before.state),
  to: hookStep(run.state),
  because: `hook ${run.hook}: ${run.because}`,
  evidence,
});
