import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runOrchestrator } from '../../orchestrator/main.ts';
import { labClock } from '../../shared/clock.ts';
import { readConfig } from '../../shared/config.ts';
import type { LookReport } from '../../shared/domain/survey/last-look.ts';
import type { SurveyStatus } from '../../shared/domain/survey/survey.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { ok } from '../../shared/errors.ts';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { runWorker, type RunningWorker } from '../../workers/main.ts';
import { startWorker } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { testRedis } from '../environment/redis.ts';
import type { FleetRow } from '../../orchestrator/simulation/machines/fleet-row.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { stagedComponents } from '../lab/staged-tree.ts';
import { clientWith } from '../fixtures/clients-with.ts';
import { testLog } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import type { CliRun } from '../fixtures/run-cli.ts';
import type { Trait, TraitSet } from '../../orchestrator/simulation/machines/traits.ts';
import { tokenFileIn } from '../../orchestrator/http/secrets.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** Tuesday, 11:00 UTC: users are at work, and the fleet was switched on the day before. */
const morning = Date.UTC(2026, 10, 17, 11);
const startedAt = morning - 18 * 3_600_000;

/**
 * An orchestrator, a lab fleet with one client per trait, and workers, on a real Redis. Unlike the
 * fixture for campaigns in the lab, these run in the process of the test: a test puts a gateway of
 * its own between a worker and the fleet.
 */
export interface LookLab extends AsyncDisposable {
  readonly fleet: Fleet;
  readonly store: Store;
  readonly url: string;
  readonly token: string;
  readonly prefix: string;
  readonly redisUrl: string;
  /** The client of each trait. */
  readonly clients: ReadonlyMap<Trait, string>;
  startWorker(wrap?: (gateway: Gateway) => Gateway): Promise<RunningWorker>;
  /** Starts a worker in a process of its own, which a test can kill. */
  startWorkerProcess(): Promise<LabProcess>;
  cli(args: readonly string[]): Promise<CliRun>;
  ask<T>(method: string, path: string, body?: object): Promise<T>;
  /** Starts a survey of these targets; resolves to its name. */
  startSurvey(targets: object): Promise<string>;
  /** Waits until the survey is over, and returns its status. */
  over(survey: string): Promise<SurveyStatus>;
  looksOf(survey: string): Promise<readonly LookReport[]>;
}

export interface LookLabOptions {
  readonly traits: readonly Trait[];
  /** Machines of the lab that are not in the fleet of the orchestrator. */
  readonly strangers?: readonly string[];
  /** Further clients of the fleet. */
  readonly more?: readonly string[];
  /** The traits of the lab fleet; left out = all. */
  readonly set?: TraitSet;
  /** How fast lab time flows; left out = as real time. */
  readonly speed?: number;
  readonly shards?: number;
}

export async function startLookLab({
  traits,
  strangers = [],
  more = [],
  set = 'all',
  speed = 1,
  shards = 1,
}: LookLabOptions): Promise<LookLab> {
  const stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const folder = mkdtempSync(join(tmpdir(), 'servpack-look-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const anchor = { labAt: morning, realAt: Date.now(), speed };
  const clients = new Map(
    traits.map((trait) => [trait, trait === 'server' ? 'srv-1' : clientWith(trait, set)]),
  );
  const rows = [...clients, ...[...more, ...strangers].map((name) => [null, name] as const)].map(
    ([trait, client], n): FleetRow => ({
      client,
      host: client,
      logonServer: n % 2 === 0 ? 'LS-1' : 'LS-2',
      zone: 'UTC',
      role: trait === 'server' ? 'server' : 'workstation',
    }),
  );
  const fleet = await startFleet({
    rows,
    seed: 'one',
    traits: set,
    release: stagedComponents,
    clock: labClock(anchor),
    startedAt,
  });
  stack.defer(() => fleet.close());
  const config = unwrapped(
    readConfig({
      REDIS_URL: redisUrl,
      SERVPACK_PREFIX: prefix,
      SERVPACK_DATA: folder,
      SERVPACK_PORT: '0',
      SERVPACK_SHARDS: String(shards),
      SERVPACK_LAB_CLOCK: JSON.stringify(anchor),
    }),
  );
  const log = testLog();
  const orchestrator = unwrapped(await runOrchestrator(config, log));
  stack.defer(() => orchestrator.stop());
  const store = unwrapped(await openRedisStore({ url: redisUrl, prefix, shards }));
  stack.defer(() => store.close());
  const known = rows.filter(({ client }) => !strangers.includes(client));
  await store.importFleet(known.map((row) => ({ ...row, labels: [row.role] })));
  const token = readFileSync(tokenFileIn(folder), 'utf8').trim();
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const authorization = `Bearer ${token}`;
    const given =
      body === undefined
        ? { headers: { authorization } }
        : { headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${orchestrator.url}${path}`, { method, ...given });
    return (await answer.json()) as T;
  };
  const read = (survey: string) => ask<SurveyStatus>('GET', `/v1/surveys/${survey}`);
  return {
    fleet,
    store,
    prefix,
    redisUrl,
    url: orchestrator.url,
    token,
    ask,
    startSurvey: async (targets) => (await ask<SurveyStatus>('POST', '/v1/surveys', { targets })).survey,
    over: async (survey) => {
      let found = await read(survey);
      // The status of a refusal is a number: where Redis answers late, the question is asked again.
      await expect
        .poll(async () => (found = await read(survey)).status)
        .toSatisfy((status: unknown) => typeof status === 'string' && status !== 'running');
      return found;
    },
    looksOf: async (survey) =>
      (await ask<{ looks: readonly LookReport[] }>('GET', `/v1/surveys/${survey}/looks`)).looks,
    clients,
    startWorker: async (wrap = (gateway) => gateway) => {
      const worker = unwrapped(
        await runWorker(config, log, () => ok(wrap(connectSimulatedGateway({ port: fleet.port })))),
      );
      stack.defer(() => worker.stop());
      return worker;
    },
    startWorkerProcess: async () => {
      const installation = { redisUrl, prefix, dataDir: folder, clock: anchor, shards };
      const worker = await startWorker(installation, fleet.port);
      stack.defer(() => worker.stop());
      return worker;
    },
    cli: (args) => runHosted({ url: orchestrator.url, folder }, args),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
