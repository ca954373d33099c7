import { expect, test, describe } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { campaignYaml, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { contextOf, kim } from './admitted-clients.ts';

const stop = 'stop: [{ sameCause: 2, within: 1h, do: halt }]\n';

const ill = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: 0, end: 'failed', cause: 'disk full', because: 'disk full', blockers: [] },
});

describe.each(storesAndShards)('a stop rule, on the %s store', (_name, open) => {
  test('halts everything with its reason, and does not stop a resumed campaign again at once', async () => {
    await using orchestrator = await startRunning(await open());
    const context = contextOf(orchestrator);
    const { store, clock } = context;
    const text = `${campaignYaml()}${stop}`;
    const edit = { file: 'c.yaml', text, reason: 'watch it' };
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', edit)).status).toBe(200);
    await runCampaigns().run(context);
    for await (const { key, activation, upgrade: before } of store.upgrades('sp4')) {
      const begun = await store.begin(key, activation, 'w', 60_000, clock.now());
      if (begun.kind !== 'begun') throw new Error(`${key.client} is ${begun.kind}`);
      const { fence, stored } = begun;
      const [upgrade, at] = [ill(before), clock.now()];
      const place = { index: 'driven' } as const;
      const told = { counters: {}, facts: factsOf(before, upgrade), audit: null, evidence: [] };
      const as = { key, version: stored.version, fence, at, consumed: 0, step: 'finish' } as const;
      await store.commit({ ...as, ...told, upgrade: before, place });
    }
    await runCampaigns().run(context);
    const because = '2 clients with the same cause within 60 min, limit 2; most frequent: disk full (2)';
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'paused',
      paused: { by: 'stop rule', because },
      halted: { by: 'stop rule', because: `campaign sp4: ${because}` },
      stops: [
        expect.stringMatching(
          /^2 clients with the same cause within 60 min, limit 2; it has paused the campaign at /,
        ),
      ],
    });
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, kim)).status).toBe(200);
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', {}, kim)).status).toBe(200);
    await runCampaigns().run(context);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'running',
      halted: null,
      stops: ['0 clients with the same cause within 60 min, limit 2'],
    });
  });
});
