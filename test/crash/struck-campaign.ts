import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignName, campaignOf } from '../lab/chaos/campaign-file.ts';
import { prepareSample } from '../lab/demo/sample.ts';
import { verdict } from '../lab/expected.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import {
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { patienceMs } from '../environment/patience.ts';

const clients = 150;
const seed = 'cluster';

export interface Struck {
  readonly url: string;
  readonly shards: number;
  /** What is done to Redis, each when so large a share of the clients has settled. */
  readonly strikes: readonly { readonly at: number; readonly strike: () => Promise<void> }[];
}

/**
 * A campaign by real processes over a lab fleet, whose Redis is hit in the middle. It must end
 * right: by the machines' own truth, with no client lost, and with counters and slots equal to a
 * recount.
 */
export async function expectRightEnd({ url, shards, strikes }: Struck): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-struck-'));
  let isRight = false;
  stack.defer(async () => {
    if (isRight) await rm(dataDir, { recursive: true, force: true });
  });
  const house: LabInstallation = {
    redisUrl: url,
    prefix: 'struck',
    dataDir,
    shards,
    clock: { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed: 20_000 },
  };
  const orchestrator = await startOrchestrator(house);
  stack.defer(() => orchestrator.stop());
  const sample = prepareSample(dataDir, clients);
  const operator = new Operator(urlOf(orchestrator), dataDir);
  await operator.importFleet('fleet.csv', readFileSync(sample.fleetCsv, 'utf8'));
  await operator.ask('POST', '/v1/releases', { path: sample.releaseYaml });
  const { text, policy } = campaignOf(seed, clients);
  await operator.createCampaign(text);
  const checkIn = { url: urlOf(orchestrator), tokenFile: join(dataDir, 'token') };
  const fleet = await startFleetProcess(house, {
    fleetCsv: sample.fleetCsv,
    seed,
    tree: sample.tree,
    checkIn,
  });
  stack.defer(() => fleet.stop());
  const control = connectFleetControl({ port: portOf(fleet) });
  stack.defer(() => control.close());
  for (const name of ['worker-1', 'worker-2']) {
    const worker = await startWorker(house, portOf(fleet), name);
    stack.defer(() => worker.stop());
  }
  await operator.ask('POST', `/v1/campaigns/${campaignName}/start`);
  const opened = await openRedisStore({ url, prefix: house.prefix, shards });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  stack.defer(() => store.close());

  for (const { at, strike } of strikes) {
    await until(async () => (await settled(store)) >= clients * at);
    await strike();
  }
  await until(async () => (await store.readCampaign(campaignName))?.campaign.state.status === 'ended');
  const rows = [];
  for await (const { key, upgrade } of store.upgrades(campaignName)) {
    const { state } = upgrade;
    rows.push({ client: key.client, end: state.phase === 'settled' ? state.end : null });
  }
  expect(verdict(await control.truth(), rows, policy)).toEqual([]);
  expect(rows).toHaveLength(clients);
  expect(await store.counters(campaignName)).toEqual(await recount(store, campaignName));
  expect(await store.slotsInUse(campaignName)).toEqual(await recountSlots(store, campaignName));
  // Kept when the test failed. Removed only after the orchestrator has ended, because it writes
  // the audit there.
  isRight = true;
}

async function settled(store: Store): Promise<number> {
  let count = 0;
  for await (const { index } of store.upgrades(campaignName)) count += index === 'settled' ? 1 : 0;
  return count;
}

/** Redis may be unavailable meanwhile. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${patienceMs / 1_000} s`);
    await new Promise((go) => setTimeout(go, 200));
  }
}
