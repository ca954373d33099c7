import type { HookRecord, HookStore } from '../../shared/store/hook-store.ts';
import { addAudit, keepEvidence } from './audit.ts';
import type { Tables } from './tables.ts';

export const hookStoreOf = (tables: Tables): HookStore => ({
  hookRuns: async (campaign) => [...(tables.hooks.get(campaign)?.values() ?? [])],
  commitHookRun: async (campaign, run, version, audit, evidence) => {
    const hooks = tables.hooks.get(campaign) ?? new Map<string, HookRecord>();
    if ((hooks.get(run.hook)?.version ?? 0) !== version) return false;
    tables.hooks.set(campaign, hooks.set(run.hook, { version: version + 1, run }));
    addAudit(tables, audit, null, evidence);
    keepEvidence(tables, evidence);
    return true;
  },
});
