import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignName, campaignOf } from '../lab/chaos/campaign-file.ts';
import { verdict } from '../lab/expected.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';
import { openCampaignLab, sampleFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';

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
  const installation: LabInstallation = {
    redisUrl: url,
    prefix: 'struck',
    dataDir,
    shards,
    clock: fromMondayEvening(20_000),
  };
  const files = sampleFiles(dataDir, clients);
  const lab = stack.use(await openCampaignLab(installation, { files, seed, checkIns: true }));
  const { text, policy } = campaignOf(seed, clients);
  for (const name of ['worker-1', 'worker-2']) await lab.startWorker(name);
  await lab.begin(text);
  const store = await lab.openStore();

  for (const { at, strike } of strikes) {
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
  expect(verdict(await lab.control.truth(), rows, policy)).toEqual([]);
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

/** Redis may be unavailable meanwhile: then the answer is no. */
const unlessUnavailable = (isSo: () => Promise<boolean>) => (): Promise<boolean> => isSo().catch(() => false);
