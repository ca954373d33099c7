import type { Store } from '../../shared/store/store.ts';
import { accessStoreOf } from './access.ts';
import { answerStoreOf } from './answers.ts';
import { admissionStoreOf } from './admission.ts';
import { auditStoreOf, rebuildStoreOf, sealStoreOf } from './audit.ts';
import { campaignStoreOf } from './campaigns.ts';
import { changeStoreOf } from './changes.ts';
import { clientHookStoreOf } from './client-hooks.ts';
import { checkInStoreOf, fleetStoreOf, releaseStoreOf, workerRegistryOf } from './fleet.ts';
import { forecastStoreOf } from './forecasts.ts';
import { freeTimeStoreOf } from './free-times.ts';
import { nextSweep, sweep } from './idle-upgrades.ts';
import { isDeposed, leaderStoreOf, roundFailureStoreOf } from './leader.ts';
import { removalStoreOf } from './removals.ts';
import { campaignRemovalStoreOf } from './campaign-removal.ts';
import { hookStoreOf } from './hooks.ts';
import { restartStoreOf } from './restarts.ts';
import { forwardStoreOf } from './forward.ts';
import { noticeStoreOf } from './notices.ts';
import { requestStoreOf } from './requests.ts';
import { scheduleStoreOf } from './schedules.ts';
import { stepTimeStoreOf } from './step-times.ts';
import { surveyStoreOf } from './surveys.ts';
import { emptyTables } from './tables.ts';
import { upgradeStoreOf } from './upgrades.ts';

/**
 * The in-memory twin of the Redis adapter: the same semantics, written for reading. Tests compare
 * the two. Nothing outlives the process.
 * @param now real time in milliseconds, for leases only
 */
export function createMemoryStore(now: () => number): Store {
  const tables = emptyTables();
  return {
    ...accessStoreOf(tables, now),
    ...answerStoreOf(now),
    ...fleetStoreOf(tables),
    ...freeTimeStoreOf(tables),
    ...restartStoreOf(tables),
    ...releaseStoreOf(tables),
    ...removalStoreOf(tables),
    ...campaignStoreOf(tables),
    ...changeStoreOf(tables),
    ...campaignRemovalStoreOf(tables),
    ...admissionStoreOf(tables),
    ...upgradeStoreOf(tables, now),
    ...hookStoreOf(tables),
    ...clientHookStoreOf(tables),
    ...requestStoreOf(tables),
    ...scheduleStoreOf(tables),
    ...forecastStoreOf(tables),
    ...noticeStoreOf(tables),
    ...forwardStoreOf(tables),
    ...stepTimeStoreOf(tables),
    ...surveyStoreOf(tables),
    sweep: async (at, graceMs, limit, skip = 0, leader) =>
      isDeposed(tables, leader) ? [] : sweep(tables, at, graceMs, limit, skip, now()),
    nextSweep: async () => nextSweep(tables),
    // The tables hold each fact once, so they can not disagree.
    checkInvariants: async () => ({ findings: [], recounted: [], cursor: null }),
    ...auditStoreOf(tables),
    ...sealStoreOf(tables),
    ...rebuildStoreOf(tables),
    ...leaderStoreOf(tables, now),
    ...roundFailureStoreOf(tables),
    ...checkInStoreOf(tables),
    ...workerRegistryOf(tables, now),
    // The tables are lost only with their process.
    checkRecords: async () => undefined,
    checkWritable: async () => undefined,
    readTime: async () => now(),
    close: async () => undefined,
  };
}
