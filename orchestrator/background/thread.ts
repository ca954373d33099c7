import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { readClock } from '../../shared/shared-clock.ts';
import { ok } from '../../shared/errors.ts';
import { openLog } from '../../shared/log.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Caller } from '../caller.ts';
import { openCampaignArchive } from '../archive/campaign-archive.ts';
import { openAuditFolder } from '../audit/audit-folder.ts';
import { notifierOf } from '../notify/notifier.ts';
import { readNotifySettings } from '../notify/read-settings.ts';
import { openHookRunner } from '../hooks/hook-runner.ts';
import type { OrchestratorContext } from '../context.ts';
import { Permit } from '../requests/permit.ts';
import type {
  AuthorityAnswer,
  AuthorityQuestion,
  ThreadAnswer,
  ThreadData,
  ThreadRequest,
  ThreadResponse,
} from './request.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

/**
 * Longer than a usual call waits: a million rows go to a Redis that does all its other work too,
 * and may rewrite its file meanwhile. Only the request that asked for this work waits for it.
 */
const answerMs = 30_000;

const { config, isLight } = workerData as ThreadData;
const log = openLog('orchestrator', config.logLevel);

async function answer(order: ThreadRequest): Promise<ThreadResponse> {
  if (order.work === 'scanAudit') {
    // It reads a file, and asks Redis nothing.
    const { scanFile } = await import('../audit/contents/scan-file.ts');
    return { kind: 'done', result: ok(await scanFile(order.input)) };
  }
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
    log,
    profiles: config.profiles,
    caller,
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

const caller: Caller = {
  // Its thread is ended from outside.
  gone: new AbortController().signal,
  whyEnded: async () => {
    if (parentPort === null) throw new Error('this is no thread');
    const answered = once(parentPort, 'message');
    parentPort.postMessage({ asks: 'whyEnded' } satisfies AuthorityQuestion);
    const [answer] = (await answered) as [AuthorityAnswer];
    return answer.whyEnded;
  },
};

/** Loads the code of this work alone: a thread that plans does not need that of an import. */
async function resultOf(
  context: OrchestratorContext,
  order: Exclude<ThreadRequest, { readonly work: 'scanAudit' }>,
): Promise<Extract<ThreadResponse, { kind: 'done' }>['result']> {
  const { who } = order;
  switch (order.work) {
    case 'importFleet':
      return (await import('../fleet/import.ts')).importFleet(context, who, order.input);
    case 'planCampaign':
      return (await import('../campaigns/create.ts')).planCampaign(context, order.input);
    case 'createCampaign':
      return (await import('../campaigns/create.ts')).createCampaign(context, who, order.input);
    case 'editCampaign': {
      const { editCampaign } = await import('../campaigns/edit.ts');
      return editCampaign(context, Permit.takenOver(order.input.permit), order.input);
    }
    case 'forecastCampaign':
    case 'makeForecast':
      return (await import('../campaigns/forecast.ts')).makeForecast(context, order.input);
    case 'planStart':
      return (await import('../campaigns/plan-start.ts')).planStart(context, order.input);
    case 'lookBack':
      return (await import('../campaigns/look-back.ts')).lookBackHere(context, order.input);
    case 'replayCampaign':
      return (await import('../campaigns/replay.ts')).replayHere(context, order.input);
    case 'simulateCampaign':
      return (await import('../campaigns/simulate.ts')).simulateHere(context, order.input);
    case 'createSurvey':
      return (await import('../surveys/start.ts')).createSurvey(context, who, order.input);
  }
}

/** None of this work starts anything, so it adds no jobs. */
const noJobs = (): Promise<void> => Promise.reject(new Error('this thread adds no jobs'));

/** A thread with a larger heap is not kept: its memory is wanted elsewhere. */
const keptHeapBytes = 256 * 1024 * 1024;

// On Linux this is the weight of this thread alone, elsewhere that of the whole process.
if (isLight && process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);

async function respond(order: ThreadRequest): Promise<void> {
  const response = await answer(order);
  const mayStay = getHeapStatistics().total_heap_size <= keptHeapBytes;
  parentPort?.postMessage({ response, mayStay } satisfies ThreadAnswer);
}

// One request at a time: the next one comes after the answer. What fails here ends the thread.
parentPort?.on('message', (message: ThreadRequest | AuthorityAnswer) => {
  if ('work' in message) void respond(message);
});
