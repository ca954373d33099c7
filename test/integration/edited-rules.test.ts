import { expect, test } from 'vitest';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import type { Store } from '../../shared/store/store.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/**
 * A campaign is edited while a client of it is at work. The activation that runs goes by the rules
 * with which it began; the next activation of the same worker process goes by the new ones.
 */
async function edit(store: Store, changes: Partial<CampaignPolicy>): Promise<void> {
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  const { definition, edition = 0 } = record.campaign;
  const policy = { ...definition.policy, ...changes };
  const next: Campaign = {
    ...record.campaign,
    definition: { ...definition, policy },
    edition: edition + 1,
  };
  const audit = {
    at: 0,
    campaign: 'sp4',
    client: null,
    who: 'test',
    from: 'running',
    to: 'running',
    because: 'edited',
    evidence: null,
  };
  expect(await store.commitCampaign(next, record.version, audit)).not.toBeNull();
}

const whereItIs = async (one: OneClient): Promise<unknown> => {
  const truth = await one.fleet.clientTruth(one.client);
  return { moved: Object.keys(truth?.otherFiles ?? {}).some((path) => path.includes('sms_pcm')) };
};

test('a ladder without relocation holds for the next activation of a worker that knew the old one', async () => {
  await using one = await oneClient('pcmInBin');
  await one.step();
  expect((await one.stored()).upgrade.state).toMatchObject({ phase: 'deferred', class: 'service' });
  await edit(one.store, { ladder: ['wait'] });
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'needsAttention' });
  expect(await whereItIs(one)).toEqual({ moved: false });
});

test('a ladder that gains relocation moves the service that only waited before', async () => {
  await using one = await oneClient('pcmInBin', { ladder: ['wait'] });
  await one.step();
  await edit(one.store, { ladder: ['wait', 'relocation'], structural: 'atOnce' });
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  expect(await whereItIs(one)).toEqual({ moved: true });
});
