import { expect, test } from 'vitest';
import { crashesAtMost } from '../../workers/crash-budget.ts';
import { entry } from '../contract/store/fixtures.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount } from '../twin/recount.ts';
import { activate } from '../../workers/activation.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { workerContext } from '../fixtures/context.ts';
import { manualDispatcher } from '../fixtures/dispatchers.ts';
import { JumpingClock } from '../fixtures/jumping-clock.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';

test('an upgrade on which ten workers in a row are lost needs attention, and gives its slot back', async () => {
  let real = Date.now();
  const store = createMemoryStore(() => real);
  const clock = new JumpingClock(Date.UTC(2026, 10, 16, 19));
  const key = { campaign: 'sp4', client: 'pc-1' };
  await openCampaign(store, { clients: [workstation(key.client)], at: clock.now() });
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('sp4 is not there');
  const stop = [{ sameCause: 9, withinMs: 3_600_000, does: 'pause' }] as const;
  const watched = { ...record.campaign, definition: { ...record.campaign.definition, stop } };
  await store.commitCampaign(watched, record.version, entry('sp4'));
  const [admitted] = await store.admit(
    'sp4',
    [{ client: 'pc-1', wave: 0, logonServer: 'LS-1' }],
    clock.now(),
  );
  let activation = admitted?.activation ?? 0;
  for (let crash = 0; crash < crashesAtMost; crash += 1) {
    expect((await store.begin(key, activation, `lost-${crash}`, 10, clock.now())).kind).toBe('begun');
    real += 1_000;
    const [found] = await store.sweep(clock.now(), 0, 10);
    expect(found?.found).toBe('leaseExpired');
    activation = found?.next.activation ?? 0;
  }
  // The gateway leads nowhere: the upgrade is settled from its record alone.
  const gateway = connectSimulatedGateway({ port: 1 });
  const dispatcher = manualDispatcher();
  const context = workerContext({ store, dispatcher, clock, gateway });
  const end = await activate(context, key, activation, 'upgrades', new AbortController().signal);
  await gateway.close();
  expect(end).toBe('settled');
  const stored = await store.readUpgrade(key);
  expect(stored?.upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: 'workers are lost on it',
    because: '10 workers in a row were lost in state looking; their logs say why',
  });
  expect(await store.countFacts('sp4', [0])).toEqual([
    {
      kinds: { failed: 1, tried: 1 },
      causes: { 'workers are lost on it': 1 },
      failures: { 'workers are lost on it': 1 },
    },
  ]);
  expect(await store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
});

test('an upgrade whose client is not in the fleet any more is cancelled, and no worker is lost on it', async () => {
  const store = createMemoryStore(() => Date.now());
  const clock = new JumpingClock(Date.UTC(2026, 10, 16, 19));
  const key = { campaign: 'sp4', client: 'pc-1' };
  await openCampaign(store, { clients: [workstation(key.client)], at: clock.now() });
  const pick = { client: 'pc-1', wave: 0, logonServer: 'LS-1' };
  const [admitted] = await store.admit('sp4', [pick], clock.now());
  const gateway = connectSimulatedGateway({ port: 1 });
  const dispatcher = manualDispatcher();
  // The entry is gone, although the upgrade has begun: a removal came while the client joined.
  const context = workerContext({
    store: { ...store, readClient: () => Promise.resolve(null) },
    dispatcher,
    clock,
    gateway,
  });
  const stop = new AbortController().signal;
  const end = await activate(context, key, admitted?.activation ?? 0, 'upgrades', stop);
  await gateway.close();
  expect(end).toBe('settled');
  expect((await store.readUpgrade(key))?.upgrade.state).toMatchObject({
    end: 'cancelled',
    because: 'it is not in the fleet any more',
  });
  expect(await store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
});
