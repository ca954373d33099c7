import { err, type Fault, fault, ok, type Result } from '../../errors.ts';
import { StoreUnavailable } from '../errors.ts';
import type { HealthStore } from '../health-store.ts';
import type { Store } from '../store.ts';
import { type WaitingConnections, waitingConnections } from './changes/changes.ts';
import { connect } from './core/connection.ts';
import { explain, explainUnavailable } from './core/store-unavailable.ts';
import { recentByShard } from './audit/recent-entries.ts';
import { accessStoreOf } from './access/access.ts';
import { answerStoreOf } from './answers/answers.ts';
import { checkInStoreOf } from './fleet/check-ins.ts';
import { workerRegistryOf } from './fleet/worker-registry.ts';
import { forwardStoreOf } from './forward/forward.ts';
import { forecastStoreOf } from './forecasts/forecasts.ts';
import { leaderStoreOf } from './leader/leader.ts';
import { noticeStoreOf } from './notices/notices.ts';
import { roundFailureStoreOf } from './leader/round-failures.ts';
import { auditStoreOf, rebuildStoreOf, sealStoreOf } from './sharding/audit.ts';
import { campaignStoreOf } from './sharding/campaigns.ts';
import { changeStoreOf } from './sharding/changes.ts';
import { clientHookStoreOf } from './sharding/client-hooks.ts';
import { campaignRemovalStoreOf } from './sharding/remove-campaign.ts';
import { fleetStoreOf, releaseStoreOf } from './sharding/fleet.ts';
import { freeTimeStoreOf } from './sharding/free-times.ts';
import { healthStoreOf } from './sharding/health.ts';
import { removalStoreOf } from './sharding/removals.ts';
import { safetyNetOf } from './sharding/safety-net.ts';
import { checkForm, type Shards, shardsOf } from './sharding/shards.ts';
import { hookStoreOf } from './hooks/hooks.ts';
import { requestStoreOf } from './requests/requests.ts';
import { scheduleStoreOf } from './schedules/schedules.ts';
import { stepTimeStoreOf } from './steps/step-times.ts';
import { surveyStoreOf } from './sharding/surveys.ts';
import { admissionStoreOf, restartStoreOf, upgradeStoreOf } from './sharding/upgrades.ts';

export interface RedisStoreOptions {
  /** As `parseRedisUrl` reads it. It may hold a password, which no message repeats. */
  readonly url: string;
  /** Begins the name of every key of this servpack. */
  readonly prefix: string;
  /** Fixed when the store is first opened; 1 when not given. */
  readonly shards?: number;
  /** How long a call waits for an answer, in real milliseconds; 5 s when not given. */
  readonly answerMs?: number;
}

/**
 * Opens the records in Redis. While Redis does not answer, every call waits at most `answerMs` and
 * then rejects with `StoreUnavailable`; the connection comes back by itself.
 * @returns faults `redis.url`, `redis.unreachable`, `redis.auth`, `redis.database`,
 * `redis.version`, `redis.eviction`, `redis.replica`, `redis.format`, `redis.shards`,
 * `redis.unwritable`
 */
export async function openRedisStore({
  url,
  prefix,
  shards: count = 1,
  answerMs = 5_000,
}: RedisStoreOptions): Promise<Result<Store, Fault>> {
  const connected = await connect({ url, answerMs });
  if (!connected.ok) return connected;
  const { redis, where, open } = connected.value;
  const waiting = waitingConnections(open);
  const close = async (): Promise<void> => {
    waiting.close();
    await connected.value.close();
  };
  const shards = shardsOf(redis, prefix, count);
  try {
    const checked = await checkForm(shards, prefix);
    if (checked.ok) {
      const health = await healthStoreOf(shards, prefix, where);
      return ok(explainUnavailable({ ...portsOf(shards, waiting), ...health, close }, where));
    }
    await close();
    return checked;
  } catch (thrown) {
    await close();
    const explained = explain(thrown, where);
    if (explained instanceof StoreUnavailable) return err(fault('redis.unwritable', explained.message));
    throw thrown;
  }
}

/** Ports that work on one shard stand with their aggregate, the others in `sharding`. */
const portsOf = (
  shards: Shards,
  waiting: WaitingConnections,
  recent = recentByShard(),
): Omit<Store, 'close' | keyof HealthStore> => ({
  ...changeStoreOf(shards, waiting, recent),
  ...accessStoreOf(shards.head),
  ...answerStoreOf(shards.head),
  ...fleetStoreOf(shards),
  ...freeTimeStoreOf(shards),
  ...releaseStoreOf(shards),
  ...removalStoreOf(shards),
  ...campaignStoreOf(shards),
  ...campaignRemovalStoreOf(shards),
  ...admissionStoreOf(shards),
  ...upgradeStoreOf(shards),
  ...restartStoreOf(shards),
  ...hookStoreOf(shards.head),
  ...clientHookStoreOf(shards),
  ...requestStoreOf(shards.head),
  ...scheduleStoreOf(shards.head),
  ...forecastStoreOf(shards.head),
  ...forwardStoreOf(shards.head),
  ...noticeStoreOf(shards.head),
  ...stepTimeStoreOf(shards.head),
  ...surveyStoreOf(shards),
  ...safetyNetOf(shards),
  ...auditStoreOf(shards),
  ...sealStoreOf(shards, recent),
  ...rebuildStoreOf(shards),
  ...leaderStoreOf(shards.head),
  ...roundFailureStoreOf(shards.head),
  ...checkInStoreOf(shards.head),
  ...workerRegistryOf(shards.head),
});
