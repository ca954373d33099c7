import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Store } from '../../shared/store/store.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import { testRedis } from '../environment/redis.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-restarts-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const campaignFile = `campaign: sp4
release: test-release
waves: [{ name: all, rest: true }]
budgets: { active: 40, perLogonServer: 12, restarts: { perLogonServer: 2 } }
restart: { allowed: always }
`;

const clients = 20;

/** Who holds slots of restarts, by place; the answer of one moment. */
async function slotsByPlace(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { client, places, holds } of await store.restarts('sp4'))
    if (holds) for (const { name } of places) found.set(name, [...(found.get(name) ?? []), client]);
  return found;
}

/** Clients whose restart is ordered and not proved, as their records say it. */
const isRestarting = ({ upgrade: { state, memory } }: StoredUpgrade): boolean =>
  state.phase !== 'settled' && memory.open.restart !== null;

test('no more clients restart than the limit over three shards, also when workers are killed', async () => {
  const { url: redisUrl, prefix } = testRedis();
  const clock = fromMondayEvening(15_000, 3_000);
  const installation: LabInstallation = { redisUrl, prefix, dataDir: folder, clock, shards: 3 };
  const files = await smallFiles(folder, labClients(clients));
  await using lab = await openCampaignLab(installation, { files, seed: 'restarts' });
  const store = await lab.openStore();
  await lab.begin(campaignFile);
  let worker = await lab.startWorker('worker-0');
  const seen = { most: 0, waited: 0, killed: 0 };
  await until(
    'the campaign ends',
    async () => {
      const before = await slotsByPlace(store);
      const upgrades = await Array.fromAsync(store.upgrades('sp4'));
      const after = await slotsByPlace(store);
      const holders = [...before.values(), ...after.values()];
      const most = Math.max(0, ...holders.map((each) => each.length));
      expect(most).toBeLessThanOrEqual(2);
      const restarting = upgrades.filter(isRestarting).map(({ key }) => key.client);
      expect(restarting.filter((client) => !holders.flat().includes(client))).toEqual([]);
      seen.most = Math.max(seen.most, most);
      const { 'deferred|restarts': waiting = 0 } = await store.counters('sp4');
      seen.waited = Math.max(seen.waited, waiting);
      if (waiting > 0 && seen.killed < 2) {
        seen.killed += 1;
        worker.kill('SIGKILL');
        await worker.ended;
        worker = await lab.startWorker(`worker-${seen.killed}`);
      }
      return (
        upgrades.length === clients && upgrades.every(({ upgrade }) => upgrade.state.phase === 'settled')
      );
    },
    10,
  );
  expect(seen).toMatchObject({ most: 2, killed: 2 });
  expect(seen.waited).toBeGreaterThan(0);
  await until('every slot is given back', async () => (await store.restarts('sp4')).length === 0);
});
