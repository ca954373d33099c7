import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buckets, noStates, statesBy } from '../../../shared/domain/outcome/states.ts';
import { openRedisStore } from '../../../shared/store/redis/open.ts';
import type { Store } from '../../../shared/store/store.ts';
import { type LabInstallation, startOrchestrator, startSshWorker, urlOf } from '../../lab/installation.ts';
import { Operator } from '../../lab/operator.ts';
import { openOwnRedis } from '../run-bench.ts';
import { cpuOf, redisCpu } from '../usage.ts';
import type { Go, Ground } from './side.ts';

export const root = join(import.meta.dirname, '../../..');
/** The sample release: thirteen component files. */
export const sample = {
  tree: join(root, 'examples/release/service-pack'),
  components: 'X86.BIN/00000409',
} as const;

const product = 'bench-direct';
const release = 'bench-sp4';

/** A servpack that reaches its clients over SSH: a Redis, an orchestrator and a worker. */
export interface Servpack {
  /** Runs one campaign over all clients, from its start until the last client is upgraded. */
  rollOut(): Promise<Go>;
}

/** @param workerOptions for the worker's NODE_OPTIONS */
export async function openServpack(
  ground: Ground,
  workerOptions: string,
  stack: AsyncDisposableStack,
): Promise<Servpack> {
  const dataDir = join(ground.folder, 'servpack');
  mkdirSync(join(dataDir, 'products'), { recursive: true });
  writeFileSync(join(dataDir, 'products', `${product}.yaml`), directProfile());
  const { server, redis } = await openOwnRedis(stack);
  const installation: LabInstallation = {
    redisUrl: server.url,
    prefix: 'servpack-bench-ssh',
    dataDir,
    clock: { labAt: 0, realAt: 0, speed: 1 },
    logLevel: 'warn',
    // Clients that are reached over SSH live in real time, and say so.
    settings: { SERVPACK_LAB_CLOCK: '' },
  };
  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const settings = {
    ...installation.settings,
    SERVPACK_UPGRADES: String(ground.concurrency),
    NODE_OPTIONS: workerOptions,
  };
  const worker = await startSshWorker({ ...installation, settings }, writeSshConfig(dataDir, ground));
  stack.defer(() => worker.stop());
  const store = await openRedisStore({ url: server.url, prefix: installation.prefix });
  if (!store.ok) throw new Error(store.error.message);
  stack.defer(() => store.value.close());
  const operator = new Operator(urlOf(orchestrator), dataDir);
  await operator.stageTree(dataDir, sample.tree, {
    release,
    product,
    servicePack: 4,
    components: sample.components,
  });
  await operator.importFleet('fleet.csv', fleetOf(ground));
  const usage = async (): Promise<Record<string, number>> => ({
    worker: cpuOf(worker.pid),
    orchestrator: cpuOf(orchestrator.pid),
    Redis: await redisCpu(redis),
  });
  let campaigns = 0;
  return {
    rollOut: async () => {
      campaigns += 1;
      const name = `run${campaigns}`;
      await operator.createCampaign(campaignOf(name, ground));
      const before = await usage();
      const startedAt = performance.now();
      await operator.ask('POST', `/v1/campaigns/${name}/start`);
      await untilUpgraded(
        store.value,
        name,
        ground.clients.map(({ client }) => client),
      );
      const ms = performance.now() - startedAt;
      const after = await usage();
      const cpu = Object.entries(after).map(([who, used]) => [who, used - (before[who] ?? NaN)]);
      return { ms, cpu: Object.fromEntries(cpu) };
    },
  };
}

/**
 * The profile as it is shipped, but servpack runs the update itself: else the bench would wait for
 * the user's logon.
 */
function directProfile(): string {
  const shipped = readFileSync(join(root, 'shared/products/sms-1.2.yaml'), 'utf8');
  return shipped
    .replace('product: sms-1.2', `product: ${product}`)
    .replace('route: logon', 'route: direct')
    .replace('network: userLogon', 'network: passwordLogin');
}

/** Writes how the worker logs in to the clients, and returns the path of that file. */
function writeSshConfig(dataDir: string, ground: Ground): string {
  const config = join(dataDir, 'ssh.yaml');
  writeFileSync(
    config,
    [
      'user: servpack',
      `keyFile: ${ground.userKeyFile}`,
      `knownHosts: ${ground.knownHostsFile}`,
      // On a machine that is busy with other work a login takes its time. A client that is
      // deferred for it would end the bench.
      'timeouts: { connect: 120, handshake: 120, keepalive: 120 }',
      '',
    ].join('\n'),
  );
  return config;
}

function fleetOf({ clients }: Ground): string {
  const rows = clients.map(
    ({ client, address, port }, at) => `${client},${address},LS-${at % 20},UTC,${port}`,
  );
  return `client,host,logonServer,zone,port\n${rows.join('\n')}\n`;
}

const campaignOf = (name: string, { clients }: Ground): string =>
  [
    `campaign: ${name}`,
    `release: ${release}`,
    'waves: [{ name: all, rest: true, gate: { settled: 100 %, failures: 100 %, minSample: 1 } }]',
    `budgets: { active: ${clients.length}, perLogonServer: ${clients.length} }`,
    '',
  ].join('\n');

const pollMs = 20;
const patienceMs = 60_000;

async function untilUpgraded(store: Store, campaign: string, clients: readonly string[]): Promise<void> {
  let [last, lastAt] = [-1, Date.now()];
  for (;;) {
    const states = statesBy(await store.counters(campaign), 'wave').get('0') ?? noStates;
    const text = buckets.map((bucket) => `${bucket} ${states[bucket]}`).join(', ');
    if (states.upgraded >= clients.length) return;
    if (states.failed + states.needsAttention + states.alreadyCurrent + states.deferred > 0)
      throw new Error(
        `${campaign}: clients ended as they should not: ${text}; ${await strayOf(store, campaign, clients)}`,
      );
    if (states.upgraded !== last) [last, lastAt] = [states.upgraded, Date.now()];
    if (Date.now() - lastAt > patienceMs) throw new Error(`${campaign} stands still: ${text}`);
    await pause(pollMs);
  }
}

/** The first client that is neither upgraded nor on its way there, with its state. */
async function strayOf(store: Store, campaign: string, clients: readonly string[]): Promise<string> {
  for (const client of clients) {
    const state = (await store.readUpgrade({ campaign, client }))?.upgrade.state;
    if (state?.phase === 'deferred' || (state?.phase === 'settled' && state.end !== 'upgraded'))
      return `${client}: ${JSON.stringify(state)}`;
  }
  return 'none is left';
}
