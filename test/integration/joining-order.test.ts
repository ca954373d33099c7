import fc from 'fast-check';
import { expect, test } from 'vitest';
import { updateMembers } from '../../orchestrator/campaigns/update-members.ts';
import { evaluateCampaign } from '../../orchestrator/rounds/run-campaigns.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { all, at, clientOf, entry, runningState } from '../contract/store/fixtures.ts';
import { accepted } from '../input/given.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount, recountSlots } from '../twin/recount.ts';

const definition = accepted(
  parseCampaign(
    `campaign: sp4
release: r
membership: joins
select: { where: "!kiosk" }
waves: [{ name: early, where: ring = early }, { name: some, count: 1 }, { name: others, rest: true }]
`,
    'c.yaml',
  ),
);
const clients = ['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5'] as const;
const labels = fc.constantFrom<readonly string[]>([], ['ring=early'], ['kiosk'], ['ring=early', 'kiosk']);

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('import' as const),
      client: fc.constantFrom(...clients),
      labels,
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'join' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'count' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hold' as const }) },
);

async function openRun() {
  const store = createMemoryStore(Date.now);
  const context = contextOver(store, standingClock(at), keepingDispatcher([]));
  await store.createCampaign(
    { definition, createdAt: at, waveSizes: [0, 0, 0], state: runningState(1) },
    [],
    entry('sp4'),
  );
  const record = async () => {
    const found = await store.readCampaign('sp4');
    if (found === null) throw new Error('no campaign');
    return found;
  };
  const join = async () => updateMembers(context, (await record()).campaign);
  /** Where every client waits, whatever has happened before. */
  const places = async () => {
    const { campaign } = await record();
    const members = await all(store.members('sp4'));
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    expect(await store.slotsInUse('sp4')).toEqual(await recountSlots(store, 'sp4'));
    const sizes = campaign.waveSizes.map(
      (_, wave) => members.filter(({ waits }) => waits?.wave === wave).length,
    );
    expect(campaign.waveSizes).toEqual(sizes);
    expect(campaign).not.toHaveProperty('memberChange');
    return Object.fromEntries(members.map(({ client, waits }) => [client, waits?.wave]));
  };
  return { store, context, record, join, places };
}

test('the clients of a campaign follow from the fleet, in whatever order clients and changes came', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), async (steps) => {
      const run = await openRun();
      const final = new Map<string, readonly string[]>();
      for (const step of steps) {
        if (step.kind === 'import') {
          final.set(step.client, step.labels);
          await run.store.importFleet([clientOf(step.client, { labels: step.labels })], {
            ...entry(''),
            to: 'imported',
          });
        }
        if (step.kind === 'join') await run.join();
        if (step.kind === 'count' && final.size > 0) await run.places();
        if (step.kind === 'hold') {
          const { campaign, version } = await run.record();
          await run.store.commitCampaign(campaign, version, entry('sp4'));
        }
      }
      await run.join();
      const wanted = [...final].filter(([, words]) => !words.includes('kiosk'));
      expect(await run.places()).toEqual(
        Object.fromEntries(wanted.map(([client, words]) => [client, words.includes('ring=early') ? 0 : 2])),
      );
      const { members } = (await run.record()).campaign;
      expect((members?.joined ?? 0) - (members?.left ?? 0)).toBe(wanted.length);
      const { version } = await run.record();
      await run.join();
      expect((await run.record()).version).toBe(version);
      await evaluateCampaign(run.context, await run.record());
      await run.store.close();
    }),
    { numRuns: 60, seed: 20_261_129 },
  );
});
