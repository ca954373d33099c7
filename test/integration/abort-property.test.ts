import { contextOver } from '../fixtures/context.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { abortCampaign } from '../../orchestrator/campaigns/abort.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { recount } from '../twin/recount.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { oneClient } from '../fixtures/one-client.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { permitOf } from '../fixtures/permit.ts';

/** Calls that begin something on a client. */
const beginning = new Set(['mark', 'runUpdate', 'restart', 'notify', 'stopService']);

const traits: readonly Trait[] = [
  'free',
  'pcmInBin',
  'userProgram',
  'pcmBusy',
  'staysHome',
  'offlineForDays',
];
const policies: readonly Partial<CampaignPolicy>[] = [
  {},
  { structural: 'atOnce' },
  { ladder: ['wait', 'workaround'], structural: 'atOnce' },
];

test('an abort at any moment begins nothing, finishes what is open, and every client settles', async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...traits),
      fc.constantFrom(...policies),
      fc.integer({ min: 0, max: 14 }),
      async (trait, policy, steps) => {
        await using one = await oneClient(trait, policy);
        for (let step = 0; step < steps; step += 1) await one.step();
        const context = contextOver(one.store, one.clock, one.dispatcher);
        const before = (await one.fleet.clientTruth(one.client))?.journal.length ?? 0;
        const isOver = (await one.stored()).upgrade.state.phase === 'settled';
        const wasOpen = (await one.stored()).upgrade.state.phase === 'remedying';
        unwrapped(await abortCampaign(context, permitOf('anna'), 'sp4', 'x'));
        const { upgrade } = await one.settle();
        await drainCampaigns().run(context);
        const truth = await one.fleet.clientTruth(one.client);
        const later = truth?.journal.slice(before).map(({ op }) => op) ?? [];
        // An open procedure is finished, and finishing it stops the service.
        expect(later.filter((op) => beginning.has(op) && !(wasOpen && op === 'stopService'))).toEqual([]);
        expect([truth?.intent, truth?.violations]).toEqual([null, []]);
        expect((await one.store.readCampaign('sp4'))?.campaign.state).toMatchObject({
          status: 'aborted',
          endedAt: expect.any(Number),
        });
        expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
        const { state } = upgrade;
        const cause = state.phase === 'settled' ? state.cause : '';
        if (!isOver) ends.add(endedMarked(upgrade) ? `${cause}, marked` : cause);
        // A client that is said to install at its next logon is marked, or has installed meanwhile.
        const isCancelled = state.phase === 'settled' && state.end === 'cancelled';
        const isMarked = isCancelled && truth?.setupPhase !== 'installed';
        expect(isMarked && !endedMarked(upgrade)).toBe(false);
        expect(endedMarked(upgrade) && truth?.marks === 0).toBe(false);
      },
    ),
    { numRuns: 25, seed: 20_261_122 },
  );
  expect([...ends]).toEqual(expect.arrayContaining(['campaign aborted', 'campaign aborted, marked']));
});
