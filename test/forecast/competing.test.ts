import { beforeEach, describe, expect, test } from 'vitest';
import { whyCompeting } from '../../orchestrator/campaigns/competing.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaignOf, entry, pausedState, picks, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const campaign = campaignOf('sp4', runningState(), { active: 20, perLogonServer: 10 });
const counters = { 'state|0|LS-1|waiting': 5, 'state|0|LS-2|upgraded': 30 };

let store: Store;
beforeEach(() => {
  store = createMemoryStore(Date.now);
});

const limit = (logonServer: string, active: number): Promise<boolean> =>
  store.commitServerLimits(
    { version: 0, limits: [{ logonServer, active, by: 'ann', because: 'x', at: 0 }] },
    entry(''),
  );

describe('limits of logon servers over all campaigns', () => {
  test('leave a forecast alone where no other campaign has clients there, and they are no lower', async () => {
    expect(await whyCompeting(store, campaign, counters)).toBeNull();
    await limit('LS-1', 10);
    expect(await whyCompeting(store, campaign, counters)).toBeNull();
  });

  test('are not simulated where they are lower than the limit of the campaign', async () => {
    await limit('LS-1', 4);
    expect(await whyCompeting(store, campaign, counters)).toBe(
      "logon server LS-1 has at most 4 clients at work in all campaigns together, and the simulation only knows the campaign's own 10",
    );
  });

  test('do not matter on a logon server whose clients are finished', async () => {
    await limit('LS-2', 4);
    expect(await whyCompeting(store, campaign, counters)).toBeNull();
  });

  test('let another running campaign take slots, and a paused one takes none', async () => {
    await limit('LS-1', 10);
    await storeFixture(store).campaign('sp5', picks(2, ['LS-1']), runningState());
    expect(await whyCompeting(store, campaign, counters)).toBe(
      'another running campaign takes slots of logon server LS-1, which has at most 10 for all campaigns together; see: servpack campaign list',
    );
    await storeFixture(store).change('sp5', pausedState);
    expect(await whyCompeting(store, campaign, counters)).toBeNull();
  });
});
