import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openCampaignArchive } from './archive/campaign-archive.ts';
import { openAuditFolder } from './audit/audit-folder.ts';
import { openSealer, type Sealer } from './audit/seal.ts';
import { whyGone } from './audit/emptied.ts';
import { openBackground } from './background/background.ts';
import type { OrchestratorContext } from './context.ts';
import { whyLoss } from './durability/accept-loss.ts';
import { type Alarms, openAlarms } from './schedules/alarms.ts';
import { EventHub } from './http/events/hub.ts';
import { urlOf, writeUrl, writeCheckInUrl } from './http/url-file.ts';
import { buildApi } from './http/api.ts';
import { listen } from '../shared/listen.ts';
import { listenForCheckIns } from './http/checkin/listener.ts';
import { readOidcSettings } from './http/access/read-oidc-settings.ts';
import { openCertificates } from './http/tls/certificates.ts';
import { type CopyVerifier, openCopyVerifier } from './releases/copies/verify.ts';
import { checkInvariants } from './rounds/check-invariants.ts';
import { drainCampaigns } from './rounds/drain-campaigns.ts';
import { judgeRequests } from './rounds/judge-requests.ts';
import { joinCampaigns } from './rounds/join-campaigns.ts';
import { type Leadership, seekLeadership } from './rounds/leader.ts';
import { repairReplicas } from './rounds/repair-replicas.ts';
import { repeat, type Repeated, type Round } from './rounds/repeat.ts';
import { runCampaigns } from './rounds/run-campaigns.ts';
import { makeForecasts } from './rounds/make-forecasts.ts';
import { makePlans } from './rounds/make-plans.ts';
import { runSchedules } from './rounds/run-schedules.ts';
import { runSurveys } from './rounds/run-surveys.ts';
import { startCampaigns } from './rounds/start-campaigns.ts';
import { sweep } from './rounds/sweep.ts';
import { watchHealth } from './rounds/watch-health.ts';
import { openClock } from '../shared/shared-clock.ts';
import type { Config } from '../shared/config.ts';
import { isLoopback } from '../shared/listener-settings.ts';
import { err, type Fault, ok, type Result } from '../shared/errors.ts';
import { openDispatcher } from '../shared/queues/dispatcher.ts';
import { openRulebook } from '../shared/rulebook.ts';
import { runProcess } from '../shared/run-process.ts';
import { tracesOf } from '../shared/traces/traces-of.ts';
import { openRedisStore } from '../shared/store/redis/open.ts';
import { openCheckInKey, openToken } from './http/secrets.ts';
import { forwardRounds, readForwardSettings } from './forward/open-forward.ts';
import { noticesOf } from './notify/notices.ts';
import { notifierOf } from './notify/notifier.ts';
import { LiveNotifySettings } from './notify/live-settings.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import { openMetricsListener } from '../shared/metrics/listener.ts';
import { measurePressure } from './http/pressure.ts';
import { openHookRunner } from './hooks/hook-runner.ts';
import { watchProcesses } from './campaigns/process-watch.ts';
import { followChanges } from './rounds/follow-changes.ts';
import { everything, isNews, type Mailbox, type News, openMailbox } from './rounds/news.ts';
import { openReadings } from './readings.ts';
import { walkCampaigns } from './rounds/walk-campaigns.ts';

export interface RunningOrchestrator {
  /** Where the HTTP API listens. */
  readonly url: string;
  /** Where clients report in by themselves; null = nowhere. */
  readonly checkInUrl: string | null;
  /**
   * Ends the rounds and resigns, so that another orchestrator leads at once; finishes the answers
   * under way; then closes. Workers go on. Rejects when Redis could not be informed.
   */
  stop(): Promise<void>;
}

/** Composition root of an orchestrator process. */
export async function runOrchestrator(
  config: Config,
  log: Logger,
): Promise<Result<RunningOrchestrator, Fault>> {
  const token = openToken(config.dataDir);
  if (!token.ok) return token;
  const checkInKey = openCheckInKey(config.dataDir);
  if (!checkInKey.ok) return checkInKey;
  const notify = LiveNotifySettings.open(config, log);
  if (!notify.ok) return notify;
  const forward = readForwardSettings(config);
  if (!forward.ok) return forward;
  const certificates = openCertificates(config, log);
  if (!certificates.ok) return certificates;
  const provider = readOidcSettings(config.api, log);
  if (!provider.ok) return provider;
  const place = { url: config.redisUrl, prefix: config.prefix, shards: config.shards };
  const store = await openRedisStore(place);
  if (!store.ok) return store;
  const loss = await whyLoss(config, log);
  if (loss !== null) {
    await store.value.close();
    return err(loss);
  }
  const archive = openAuditFolder(config, await store.value.shards());
  if (!archive.ok) {
    await store.value.close();
    return archive;
  }
  const gone = await whyGone(store.value, archive.value);
  if (gone !== null) {
    await store.value.close();
    return err(gone);
  }
  const clock = await openClock(config.labClock, store.value, log);
  const sealer = openSealer({ store: store.value, archive: archive.value, log, keep: config.auditKeep });
  // The API answers before leadership is sought.
  const sought: { leadership: Leadership | null } = { leadership: null };
  const leads = (): boolean => sought.leadership !== null && sought.leadership.context() !== null;
  const metrics = openMetrics({
    source: { store: store.value, clock },
    place,
    config: config.metrics,
    isApiLocal: isLoopback(config.api.host),
    leads,
  });
  const traces = await tracesOf(config, 'orchestrator', log);
  const hookFailed = (error: unknown): void => log.error({ error }, 'the end of a hook is not written');
  const ending = new AbortController();
  const quiet: OrchestratorContext = {
    store: store.value,
    archive: archive.value,
    campaignArchive: openCampaignArchive(join(config.dataDir, 'archive')),
    auditTrouble: () => sealer.trouble(),
    leads,
    metrics,
    ...(traces === undefined ? {} : { traces }),
    profiles: config.profiles,
    ...openReadings(config, ending.signal, log),
    dispatcher: openDispatcher({ ...place, log, realNow: () => clock.realNow() }),
    clock,
    rulebook: openRulebook(store.value),
    log,
    checkInKey: checkInKey.value,
    certificates: certificates.value,
    hooks: openHookRunner(config.hooks, hookFailed),
    clientHooks: openHookRunner(config.hooks, hookFailed, config.hooksAtOnce),
    fourEyes: { commands: new Set(config.fourEyes), expiresMs: config.fourEyesMs },
    ...notifierOf(notify.value, config, notify.value),
    processes: watchProcesses(store.value, clock),
  };
  const events = new EventHub(quiet, await store.value.shards());
  const context: OrchestratorContext = { ...quiet, position: () => events.position() };
  const api = buildApi(context, {
    token: token.value,
    hosts: config.api.publicUrls.map((each) => new URL(each).hostname),
    paths: new Map(config.api.publicUrls.map((each) => [new URL(each).hostname, new URL(each).pathname])),
    isOverTls: config.api.isOverTls,
    certificate: certificates.value.api,
    provider: provider.value,
    log,
    events,
    environment: config,
    ...(config.showsQueues ? { board: place } : {}),
    limits: { readsPerSecond: 100, writesPerSecond: 20, delayAtMostMs: 250, pressure: measurePressure() },
  });
  const close = async (): Promise<void> => {
    await api.close();
    clock.stop();
    await Promise.all([context.dispatcher.close(), metrics.close(), store.value.close(), traces?.close()]);
  };
  // A copy: the framework writes into what it is given.
  const listening = await listen(
    () => api.listen({ host: config.api.host, port: config.api.port }),
    config.api.port,
    'SERVPACK_PORT',
  );
  if (!listening.ok) {
    await close();
    return listening;
  }
  const door = await listenForCheckIns(context, config.checkIn, certificates.value.checkIns);
  if (!door.ok) {
    await close();
    return door;
  }
  const scraped = await openMetricsListener(config.metrics, () => metrics.text(), log);
  if (!scraped.ok) {
    await Promise.all([door.value?.app.close(), close()]);
    return scraped;
  }
  writeUrl(config.dataDir, urlOf(listening.value, config.api.publicUrls, certificates.value.api));
  if (door.value !== null) writeCheckInUrl(config.dataDir, door.value.url);
  const verifier = openCopyVerifier(log);
  const alarms = openAlarms({ ...place, clock, log });
  const apart = openBackground(config, ending.signal);
  const making = [makeForecasts(apart, ending.signal), makePlans(apart)];
  const notices = noticesOf(context, place);
  const forwarding = forwardRounds(forward.value, ending.signal, log, metrics);
  const all = [...roundsOf(sealer, verifier, alarms, making), ...notices.rounds, ...forwarding];
  const table = all.map(([everyMs, round]) => ({ everyMs, round, box: openMailbox() }));
  const leadership = seekLeadership(
    { ...context, store: store.value },
    `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    () => table.forEach(({ box }) => box.putEverything()),
  );
  notices.watch(() => leadership.context() !== null);
  sought.leadership = leadership;
  const rounds = table.map((each) => whileLeading(leadership, log, each));
  const boxes = table.map(({ box }) => box);
  const following = followChanges(store.value, boxes, log, (...said) => events.note(...said));
  const perCampaign = table.filter(({ round }) => round.isPerCampaign).map(({ box }) => box);
  const walkOn = walkCampaigns(store.value, perCampaign);
  const walk = repeat('safety walk', 15_000, async () => leadership.context() && walkOn(), log);
  log.info({ url: listening.value, checkIns: door.value?.url }, 'orchestrator runs');
  return ok({
    url: listening.value,
    checkInUrl: door.value?.url ?? null,
    stop: async () => {
      const resigned = Promise.all([following, walk, ...rounds].map((each) => each.stop())).then(() =>
        Promise.all([leadership.resign(), alarms.close(), notices.close()]),
      );
      ending.abort();
      verifier.close();
      clock.stop();
      const doors = [api.close(), door.value?.app.close(), scraped.value?.close()];
      const [farewell] = await Promise.allSettled([resigned, ...doors]);
      await Promise.all([context.dispatcher.close(), metrics.close(), store.value.close()]);
      if (farewell.status === 'rejected') throw farewell.reason;
      log.info('orchestrator stopped');
    },
  });
}

/**
 * What only the leader does, and the least real time from the end of a run to the next one. A run
 * without news asks Redis nothing unless its moment has come.
 */
const roundsOf = (
  sealer: Sealer,
  verifier: CopyVerifier,
  alarms: Alarms,
  making: readonly Round[],
  health = watchHealth(),
): readonly (readonly [number, Round])[] => [
  [100, runCampaigns(health)],
  [500, health],
  [500, drainCampaigns()],
  // A shard that missed a pause hears of it within this time after it is back.
  [500, repairReplicas],
  [1_000, sweep()],
  [10_000, checkInvariants()],
  // Begins what is due; each copy has a pace of its own.
  [1_000, { name: 'copies', run: (context, news = everything) => verifier.round(context, isNews(news)) }],
  // What Redis loses at most when it is lost for good.
  [1_000, sealAudit(sealer)],
  [250, runSurveys()],
  [1_000, startCampaigns()],
  [5_000, judgeRequests()],
  [2_000, joinCampaigns()],
  [2_000, runSchedules(alarms)],
  // Forecasts, and plans at the start: their simulations run in a thread of their own.
  ...making.map((round) => [1_000, round] as const),
];

function sealAudit(sealer: Sealer): Round {
  let isMore = false;
  return {
    name: 'audit',
    run: async (_context, news = everything) => {
      if (isMore || isNews(news)) isMore = await sealer.round();
    },
    rest: () => sealer.rest(),
  };
}

interface Entry {
  readonly everyMs: number;
  readonly round: Round;
  readonly box: Mailbox;
}

/** Runs a round as long as this process leads. */
const whileLeading = (leadership: Leadership, log: Logger, { everyMs, round, box }: Entry): Repeated =>
  repeat(
    round.name,
    everyMs,
    async () => {
      const context = leadership.context();
      if (context === null) round.rest?.();
      else await onNews(box, (news) => round.run(context, news));
    },
    log,
  );

/** Runs with what is in the mailbox. After a run that fails anything may be left to do. */
async function onNews(box: Mailbox, run: (news: News) => Promise<unknown>): Promise<void> {
  try {
    await run(box.take());
  } catch (error) {
    box.putEverything();
    throw error;
  }
}

if (import.meta.main) await runProcess('orchestrator', runOrchestrator, ({ url }) => url);
