import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import { nextHook, reachedHooks } from './hooks.ts';

/** A hook as a rebuild restores it; `before` is null where the audit does not know it. */
export interface RebuiltHook {
  readonly before: HookRun | null;
  readonly run: HookRun;
}

/**
 * The hooks of a campaign as a rebuild from the audit restores them. A command that ran when the
 * audit ended has an unknown outcome. So has the hook that was to run next: its command may have
 * begun after the end of the audit, and no command runs twice for one cause. A person decides.
 * @param isSettled every client of the campaign was finished
 * @param now policy time of the rebuild
 */
export function rebuiltHooks(
  campaign: Campaign,
  runs: readonly HookRun[],
  isSettled: boolean,
  now: number,
): readonly RebuiltHook[] {
  const known = runs.map((before): RebuiltHook => {
    if (before.state !== 'running') return { before, run: before };
    const because = `its outcome is not known: process ${before.owner} ran it when the audit ended`;
    return { before, run: { ...before, state: 'unknown', since: now, because } };
  });
  if (campaign.state.status !== 'running') return known;
  const next = nextHook(reachedHooks(campaign, isSettled), runs, now, () => false);
  if (next.kind !== 'run' || runs.some(({ hook }) => hook === next.point.hook)) return known;
  const run: HookRun = {
    hook: next.point.hook,
    state: 'unknown',
    since: now,
    owner: rebuilder,
    runs: 0,
    because: 'whether its command has begun is not known: it was to begin when the audit ended',
  };
  return [...known, { before: null, run }];
}
