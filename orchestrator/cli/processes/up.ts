import { setTimeout as delay } from 'node:timers/promises';
import { type Config, readConfig } from '../../../shared/config.ts';
import { err, fault, type Fault, ok, type Result } from '../../../shared/errors.ts';
import { openLog } from '../../../shared/log.ts';
import { guardRedis } from '../../embedded-redis/guard.ts';
import { isAlive } from '../../embedded-redis/processes.ts';
import { startEmbeddedRedis } from '../../embedded-redis/start.ts';
import { type Child, startWorker, stopRequested } from './child.ts';
import { runOrchestrator } from '../../main.ts';
import { workerLogin } from '../../embedded-redis/worker-login.ts';

/** Closing connections to a Redis that is gone may take for ever. */
const stopDeadlineMs = 10_000;
/** The time between two checks that the private Redis still runs. */
const redisCheckMs = 500;

interface UpRedis {
  readonly url: string;
  readonly how: string;
  /** Null for the Redis of REDIS_URL. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/**
 * Runs everything until Ctrl-C or SIGTERM. Returns a fault when a part cannot start or ends by
 * itself. Always stops every part that it has started.
 */
export async function up(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Result<void, Fault>> {
  await using stack = new AsyncDisposableStack();
  const stop = stopRequested(say);
  const hasUrl = (env['REDIS_URL'] ?? '') !== '';
  // A private Redis has its own password.
  const settings = hasUrl ? env : { ...env, REDIS_URL: 'redis://private', REDIS_PASSWORD_FILE: '' };
  const checked = readConfig(settings);
  if (!checked.ok) return checked;
  if (checked.value.gateway === null) return err(noGateway);
  const redis = await openRedis(hasUrl, checked.value, say);
  if (!redis.ok) return redis;
  const guard = redis.value.pid === null ? null : guardRedis(checked.value.dataDir, env);
  stack.defer(async () => guard?.end());
  stack.defer(() => redis.value.stop());
  say(`Redis: ${redis.value.how}`);
  const config: Config = { ...checked.value, redisUrl: redis.value.url };
  const orchestrator = await runOrchestrator(config, openLog('orchestrator', config.logLevel));
  if (!orchestrator.ok) return orchestrator;
  stack.defer(() =>
    // Without Redis it cannot give up its lease: no harm, because the lease expires.
    Promise.race([
      orchestrator.value.stop().catch(() => undefined),
      delay(stopDeadlineMs, undefined, { ref: false }),
    ]),
  );
  const login = workerLogin(env, redis.value.url, config.dataDir);
  stack.defer(() => login.forget());
  const worker = startWorker(login.env);
  stack.defer(() => worker.stop());
  if (worker.pid !== undefined) guard?.after(worker.pid);
  say(`servpack is up: ${orchestrator.value.url} (data folder ${config.dataDir}); Ctrl-C stops it`);
  const ended = await Promise.race([stop, partEnded(worker, redis.value)]);
  if (ended !== undefined) return err(ended);
  say('stopping');
  return ok(undefined);
}

const noGateway = fault(
  'config.gateway',
  'no way to reach clients is configured; set SERVPACK_GATEWAY, e.g. SERVPACK_GATEWAY=simulated:7400',
);

async function openRedis(
  hasUrl: boolean,
  { dataDir, redisUrl: url }: Config,
  say: (line: string) => void,
): Promise<Result<UpRedis, Fault>> {
  if (hasUrl) return ok({ url, how: 'the one of REDIS_URL', pid: null, stop: async () => undefined });
  return startEmbeddedRedis({ dataDir, log: { info: say, warn: say } });
}

/** Resolves when a part ends by itself, with a fault that names it. */
async function partEnded(worker: Child, { pid }: UpRedis): Promise<Fault> {
  const workerEnded = worker.ended.then((code) =>
    fault(
      'up.worker',
      `the worker ended by itself (${code === null ? 'killed' : `exit code ${code}`}); everything is stopped`,
    ),
  );
  const redisEnded =
    pid === null
      ? never
      : exited(pid).then(() => fault('up.redis', 'the private Redis ended by itself; everything is stopped'));
  return Promise.race([workerEnded, redisEnded]);
}

const never = new Promise<Fault>(() => undefined);

/** Resolves when the process with this id has ended. */
async function exited(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(redisCheckMs, undefined, { ref: false });
}
