import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readClock } from '../../shared/shared-clock.ts';
import { openLog } from '../../shared/log.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { openCampaignArchive } from '../archive/campaign-archive.ts';
import { openAuditFolder } from '../audit/audit-folder.ts';
import { createCampaign, planCampaign } from '../campaigns/create.ts';
import { editCampaign } from '../campaigns/edit.ts';
import { makeForecast } from '../campaigns/forecast.ts';
import { lookBackHere } from '../campaigns/look-back.ts';
import { planStart } from '../campaigns/plan-start.ts';
import { replayHere } from '../campaigns/replay.ts';
import { simulateHere } from '../campaigns/simulate.ts';
import { importFleet } from '../fleet/import.ts';
import { notifierOf } from '../notify/notifier.ts';
import { readNotifySettings } from '../notify/read-settings.ts';
import { openHookRunner } from '../hooks/hook-runner.ts';
import type { OrchestratorContext } from '../context.ts';
import { Permit } from '../requests/permit.ts';
import { createSurvey } from '../surveys/start.ts';
import type { ThreadResponse, ThreadRequest } from './request.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

/**
 * Longer than a usual call waits: a million rows go to a Redis that does all its other work too,
 * and may rewrite its file meanwhile. Only the request that asked for this work waits for it.
 */
const answerMs = 30_000;

/** The thread's whole life: one request, one response. */
async function answer(order: ThreadRequest): Promise<ThreadResponse> {
  const { config } = order;
  const { redisUrl: url, prefix, shards } = config;
  const store = await openRedisStore({ url, prefix, shards, answerMs });
  if (!store.ok) return { kind: 'unavailable', message: store.error.message };
  const notify = readNotifySettings(config);
  const archive = openAuditFolder(config, await store.value.shards());
  const context: OrchestratorContext = {
    store: store.value,
    // Only read: the leader writes the files.
    ...(archive.ok ? { archive: archive.value } : {}),
    campaignArchive: openCampaignArchive(join(config.dataDir, 'archive')),
    dispatcher: {
      add: noJobs,
      addAll: noJobs,
      withoutJob: async (all) => all,
      looks: { add: noJobs, count: async () => 0, withoutJob: async (all) => all },
      close: async () => undefined,
    },
    clock: await readClock(config.labClock, store.value),
    rulebook: openRulebook(store.value),
    log: openLog('orchestrator', config.logLevel),
    profiles: config.profiles,
    // No command runs here: the thread compares a file with the folder.
    hooks: openHookRunner(config.hooks, () => undefined),
    // No message is sent here: the thread compares a file with the settings.
    ...notifierOf(notify.ok ? notify.value : null, config),
  };
  try {
    return { kind: 'done', result: await resultOf(context, order) };
  } catch (error) {
    if (error instanceof StoreUnavailable) return { kind: 'unavailable', message: error.message };
    throw error;
  } finally {
    await store.value.close();
  }
}

function resultOf(
  context: OrchestratorContext,
  order: ThreadRequest,
): Promise<Extract<ThreadResponse, { kind: 'done' }>['result']> {
  const { who } = order;
  switch (order.work) {
    case 'importFleet':
      return importFleet(context, who, order.input);
    case 'planCampaign':
      return planCampaign(context, order.input);
    case 'createCampaign':
      return createCampaign(context, who, order.input);
    case 'editCampaign':
      return editCampaign(context, Permit.takenOver(order.input.permit), order.input);
    case 'forecastCampaign':
    case 'makeForecast':
      return makeForecast(context, order.input);
    case 'planStart':
      return planStart(context, order.input);
    case 'lookBack':
    case 'makeLookBack':
      return lookBackHere(context, order.input);
    case 'replayCampaign':
      return replayHere(context, order.input);
    case 'simulateCampaign':
      return simulateHere(context, order.input);
    case 'createSurvey':
      return createSurvey(context, who, order.input);
  }
}

/** None of this work starts anything, so it adds no jobs. */
const noJobs = (): Promise<void> => Promise.reject(new Error('this thread adds no jobs'));

/** Work that may take its time. */
const lightWork: ReadonlySet<string> = new Set([
  'makeForecast',
  'makeLookBack',
  'planStart',
  'simulateCampaign',
]);

const order = workerData as ThreadRequest;
// On Linux this is the weight of this thread alone, elsewhere that of the whole process.
if (lightWork.has(order.work) && process.platform === 'linux')
  setPriority(0, constants.priority.PRIORITY_LOW);
parentPort?.postMessage(await answer(order));
