import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignName, campaignOf } from '../lab/chaos/campaign-file.ts';
import { storiesText } from '../lab/chaos/table.ts';
import { storiesOf } from '../lab/chaos/verdict/audit.ts';
import { endFaults } from '../lab/chaos/verdict/machines.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';
import { openCampaignLab, sampleFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';

const clients = 150;
const seed = 'cluster';

export interface RedisOutages {
  readonly url: string;
  readonly shards: number;
  /** What happens to Redis, each when this share of the clients has settled. */
  readonly outages: readonly { readonly at: number; readonly strike: () => Promise<void> }[];
}

/**
 * Runs a campaign in the lab with outages of its Redis. The campaign must end right: every client
 * as the lab demands, no client lost, and counters and slots equal to a recount.
 */
export async function expectRightEnd({ url, shards, outages }: RedisOutages): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-outages-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const installation: LabInstallation = {
    redisUrl: url,
    prefix: 'outages',
    dataDir,
    shards,
    clock: fromMondayEvening(20_000),
  };
  const files = sampleFiles(dataDir, clients);
  const lab = stack.use(await openCampaignLab(installation, { files, seed, checkIns: true }));
  const { plain, policy } = campaignOf(seed, clients);
  for (const name of ['worker-1', 'worker-2']) await lab.startWorker(name);
  await lab.begin(plain);
  const store = await lab.openStore();

  for (const { at, strike } of outages) {
    await until(
      `${at} of the clients have settled`,
      unlessUnavailable(async () => (await settled(store)) >= clients * at),
    );
    await strike();
  }
  await until(
    'the campaign has ended',
    unlessUnavailable(
      async () => (await store.readCampaign(campaignName))?.campaign.state.status === 'ended',
    ),
  );
  const rows = [];
  for await (const { key, upgrade } of store.upgrades(campaignName)) {
    const { state } = upgrade;
    rows.push({ client: key.client, end: state.phase === 'settled' ? state.end : null });
  }
  const faults = endFaults(await lab.control.truth(), rows, policy);
  const stories = faults.length === 0 ? new Map() : storiesOf(await lab.operator.exportAudit());
  expect(faults, storiesText(faults, stories).join('\n')).toEqual([]);
  expect(rows).toHaveLength(clients);
  expect(await store.counters(campaignName)).toEqual(await recount(store, campaignName));
  expect(await store.slotsInUse(campaignName)).toEqual(await recountSlots(store, campaignName));
}

async function settled(store: Store): Promise<number> {
  let count = 0;
  for await (const { index } of store.upgrades(campaignName)) count += index === 'settled' ? 1 : 0;
  return count;
}

/** Redis may be unavailable meanwhile: then the answer is no. */
const unlessUnavailable = (isSo: () => Promise<boolean>) => (): Promise<boolean> => isSo().catch(() => false);
