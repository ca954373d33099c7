import { describe, expect, it } from 'vitest';
import type { Budgets } from '../../../shared/domain/campaign/definition.ts';
import { at, pausedState, pick, picks, roomy, runningState, settled, settledPlace } from './fixtures.ts';
import { type Given, type StoreFixture } from './store-fixture.ts';

const names = (found: readonly { readonly client: string }[]) => found.map(({ client }) => client);

const waitingNames = async (fixture: StoreFixture, limit: number): Promise<readonly string[]> =>
  names((await fixture.store.queued('sp4', limit)).waiting);

/**
 * Parks these clients in this order, one policy millisecond after the other, with no other client
 * at work.
 */
async function parkedInOrder(
  fixture: StoreFixture,
  clients: readonly string[],
  budgets: Budgets,
): Promise<void> {
  await fixture.admitted('sp4', picks(clients.length, ['LS-1', 'LS-2']));
  await fixture.change('sp4', pausedState);
  for (const [order, client] of clients.entries())
    await fixture.begin({ campaign: 'sp4', client }, { at: at + order });
  await fixture.change('sp4', runningState(), budgets);
}

export function queuedContract(given: Given): void {
  describe('queued', () => {
    it('shows waiting clients of open waves, by wave; logon servers take turns, each in the order given', async () => {
      const fixture = given();
      const clients = [
        pick('pc-9'),
        pick('pc-1'),
        pick('pc-5', 'LS-2'),
        pick('pc-4'),
        pick('pc-0', 'LS-1', 1),
        pick('pc-8', 'LS-1', 2),
      ];
      await fixture.campaign('sp4', clients, runningState(2));
      expect(await fixture.store.queued('sp4', 9)).toEqual({
        parked: [],
        waiting: [pick('pc-9'), pick('pc-5', 'LS-2'), pick('pc-1'), pick('pc-4'), pick('pc-0', 'LS-1', 1)],
      });
    });

    it('shows no client while no wave is open, and none of an unknown campaign', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(2), { status: 'created' });
      expect(await fixture.store.queued('sp4', 2)).toEqual({ parked: [], waiting: [] });
      expect(await fixture.store.queued('none', 2)).toEqual({ parked: [], waiting: [] });
    });

    it('shows parked upgrades, longest parked first, before waiting clients', async () => {
      const fixture = given();
      await parkedInOrder(fixture, ['pc-5', 'pc-2', 'pc-3', 'pc-1', 'pc-4'], roomy);
      expect(await fixture.store.queued('sp4', 3)).toEqual({
        parked: [
          { client: 'pc-5', logonServer: 'LS-1' },
          { client: 'pc-2', logonServer: 'LS-2' },
          { client: 'pc-3', logonServer: 'LS-1' },
        ],
        waiting: [],
      });
    });

    it('shows no more clients than the limit, and no more than the campaign has free slots', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(9, ['LS-1', 'LS-2']), runningState(), {
        active: 5,
        perLogonServer: 9,
      });
      expect(await waitingNames(fixture, 2)).toEqual(['pc-1', 'pc-2']);
      expect(await waitingNames(fixture, 99)).toHaveLength(5);
      await fixture.store.admit('sp4', picks(4, ['LS-1', 'LS-2']), at);
      expect(await waitingNames(fixture, 99)).toEqual(['pc-5']);
    });

    it('shows as many clients of each logon server as it has room for, parked ones included', async () => {
      const fixture = given();
      await parkedInOrder(fixture, ['pc-1', 'pc-2', 'pc-3'], { active: 9, perLogonServer: 1 });
      const { parked, waiting } = await fixture.store.queued('sp4', 9);
      expect([names(parked), waiting]).toEqual([['pc-1', 'pc-2'], []]);
      await fixture.store.admit('sp4', parked.slice(0, 1), at);
      expect(names((await fixture.store.queued('sp4', 9)).parked)).toEqual(['pc-2']);
    });

    it('shows a later wave for the slots that earlier ones leave free', async () => {
      const fixture = given();
      const early = [pick('pc-1'), pick('pc-2')];
      const late = [pick('pc-3', 'LS-1', 1), pick('pc-4', 'LS-2', 1)];
      await fixture.campaign('sp4', [...early, ...late], runningState(), { active: 9, perLogonServer: 2 });
      expect(await waitingNames(fixture, 9)).toEqual(['pc-1', 'pc-2', 'pc-4']);
    });

    it('passes over clients that another campaign claims, however many come before the free ones', async () => {
      const fixture = given();
      await fixture.admitted('old', picks(300));
      await fixture.campaign('sp4', picks(302), runningState(), { active: 9, perLogonServer: 1 });
      expect(await waitingNames(fixture, 2)).toEqual(['pc-301']);
      const begun = await fixture.begun({ campaign: 'old', client: 'pc-7' });
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(await waitingNames(fixture, 2)).toEqual(['pc-7']);
    });
  });
}
