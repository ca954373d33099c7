import { expect, test } from 'vitest';
import { readStatus } from '../../orchestrator/campaigns/report.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignYaml, startRunning } from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { contextOf, kim } from './admitted-clients.ts';

/** A store that notes the names of the methods that are called, for some of them. */
function noting(store: Store, names: readonly (keyof Store)[], calls: string[]): Store {
  return new Proxy(store, {
    get: (target, name: keyof Store) => {
      if (names.includes(name)) calls.push(name);
      return Reflect.get(target, name) as unknown;
    },
  });
}

const ramp = 'speed: { ramp: "from 20/min, x1.5 per 5 upgraded, at most 40/min" }\n';

test('one look of the leader reads the counters of a campaign once, also with a ramp and hooks', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), campaignYaml('sp4', ramp));
  const { store } = orchestrator;
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  const hooks = { afterCampaign: { run: ['notify'], timeoutMs: 1_000, retryMs: 1_000 } };
  const definition = { ...record.campaign.definition, hooks };
  const because = { at: 0, campaign: 'sp4', client: null, who: 'test', from: '', to: '', because: 'hooks' };
  await store.commitCampaign({ ...record.campaign, definition }, record.version, {
    ...because,
    evidence: null,
  });
  const calls: string[] = [];
  const context = { ...contextOf(orchestrator), store: noting(store, ['counters'], calls) };
  await runCampaigns().run(context);
  expect(calls).toEqual(['counters']);
  expect((await store.slotsInUse('sp4')).active).toBe(2);

  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' }, kim);
  calls.length = 0;
  await drainCampaigns().run(context);
  expect(calls).toEqual(['counters']);
});

test('the status of an edited campaign reads no campaign file', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now));
  for (const active of [7, 8]) {
    const text = campaignYaml('sp4', `budgets: { active: ${active} }\n`);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', { file: 'c.yaml', text, reason: 'x' });
  }
  const calls: string[] = [];
  const store = noting(orchestrator.store, ['editions', 'editionHeads'], calls);
  const status = await readStatus({ ...contextOf(orchestrator), store }, 'sp4');
  expect(status).toMatchObject({ value: { edition: { edition: 2 } } });
  expect(calls).toEqual(['editionHeads']);
});
