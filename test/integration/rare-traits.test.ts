import { describe, expect, test } from 'vitest';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { recount } from '../twin/recount.ts';
import { type Policy, verdict } from '../lab/expected.ts';
import { extraTraits } from '../../orchestrator/simulation/machines/traits.ts';
import { oneClient } from '../fixtures/one-client.ts';
import { patient } from '../fixtures/running-campaign.ts';

/** One client of each rarer trait, upgraded by the real driver. The lab says how each must end. */
const download = { ...patient.deferrals.download, budget: 12 };
const patience: Partial<CampaignPolicy> = { deferrals: { ...patient.deferrals, download } };

const ladders: readonly (readonly [string, Partial<CampaignPolicy>, Policy])[] = [
  ['relocation', {}, { relocation: true, workaround: false }],
  ['workaround', { ladder: ['wait', 'workaround'] }, { relocation: false, workaround: true }],
  ['neither', { ladder: ['wait'] }, { relocation: false, workaround: false }],
];

describe.each(ladders)('an upgrade with %s in the ladder', (_name, changes, policy) => {
  test.concurrent.each(extraTraits)(
    'of a client with the trait %s ends as the lab demands',
    async (trait) => {
      await using one = await oneClient(trait, { ...patience, ...changes });
      const { upgrade } = await one.settle();
      const end = upgrade.state.phase === 'settled' ? upgrade.state.end : null;
      const because = upgrade.state.phase === 'settled' ? upgrade.state.because : '';
      const faults = verdict(await one.fleet.truth(), [{ client: one.client, end }], policy);
      expect({ because, faults }).toEqual({ because, faults: [] });
      expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
    },
  );
});
