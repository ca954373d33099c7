import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameKey } from '../../../shared/store/name-order.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { MemberFound, MemberKind } from '../../../shared/store/upgrade-store.ts';
import { all, at, campaignOf, entry, pick, runningState } from './fixtures.ts';
import { type Given, joinFleet } from './store-fixture.ts';

const nameOf = (found: MemberFound): string =>
  found.kind === 'waiting' ? found.pick.client : found.stored.key.client;

/** All pages of a list, as a caller reads them. */
async function pages(
  store: Store,
  { limit, prefix, only }: { readonly limit: number; readonly prefix?: string; readonly only?: MemberKind },
): Promise<{ readonly names: readonly string[]; readonly read: number }> {
  const names: string[] = [];
  let read = 0;
  for (let after: string | null = null; ;) {
    const page = await store.membersByName('sp4', { after, limit, prefix }, only);
    names.push(...page.members.map(nameOf));
    read += page.read;
    if (page.through === null) return { names, read };
    after = page.through;
  }
}

const inOrder = (names: readonly string[]): readonly string[] =>
  [...names].sort((a, b) => (nameKey(a) < nameKey(b) ? -1 : 1));

export function membersByNameContract(given: Given): void {
  describe('membersByName', () => {
    const create = async (names: readonly string[]): Promise<Store> => {
      const { store } = given();
      const clients = names.map((name, n) => pick(name, `LS-${(n % 3) + 1}`));
      await joinFleet(store, clients);
      const campaign = { ...campaignOf('sp4', runningState()), waveSizes: [names.length] };
      expect((await store.createCampaign(campaign, clients, entry('sp4'))).ok).toBe(true);
      return store;
    };

    test('reads pages in the order of the names without regard to case, each client once', async () => {
      const names = ['pc-10', 'PC-2', 'pc-1', 'pc-2-b', 'Pc_3', 'srv-1', 'PC-1-A', 'a1'];
      const store = await create(names);
      const expected = ['a1', 'pc-1', 'PC-1-A', 'pc-10', 'PC-2', 'pc-2-b', 'Pc_3', 'srv-1'];
      for (const limit of [1, 3, 8, 100]) expect((await pages(store, { limit })).names).toEqual(expected);
      expect((await pages(store, { limit: 2, prefix: 'Pc-1' })).names).toEqual(['pc-1', 'PC-1-A', 'pc-10']);
      expect((await pages(store, { limit: 2, prefix: 'x' })).names).toEqual([]);
      expect(await store.membersByName('none', { after: null, limit: 9 })).toEqual({
        members: [],
        read: 0,
        through: null,
      });
    });

    test('reads of two kinds of clients those of one, and counts both', async () => {
      const store = await create(['pc-1', 'pc-2', 'pc-3', 'pc-4']);
      const waiting = await all(store.waiting('sp4'));
      await store.admit(
        'sp4',
        waiting.filter(({ client }) => client === 'pc-2' || client === 'pc-4'),
        at,
      );
      expect(await pages(store, { limit: 3, only: 'admitted' })).toEqual({
        names: ['pc-2', 'pc-4'],
        read: 4,
      });
      expect(await pages(store, { limit: 3, only: 'waiting' })).toEqual({ names: ['pc-1', 'pc-3'], read: 4 });
      const { members } = await store.membersByName('sp4', { after: null, limit: 2 });
      expect(members).toEqual([
        { kind: 'waiting', pick: waiting.find(({ client }) => client === 'pc-1') },
        { kind: 'admitted', stored: await store.readUpgrade({ campaign: 'sp4', client: 'pc-2' }) },
      ]);
    });

    test('keeps the order while clients join and leave, between pages too', async () => {
      const store = await create(['pc-500']);
      const letters = fc.constantFrom('a', 'b', 'A', 'B', '0', '1', '_', '-');
      const name = fc.string({ unit: letters, minLength: 1, maxLength: 6 }).map((text) => `n${text}`);
      const joining = [
        // Enough for parts to be cut, at both ends and in the middle.
        ...Array.from({ length: 900 }, (_, n) => `pc-${(n * 577) % 1000}`).filter(
          (each) => each !== 'pc-500',
        ),
        ...new Map(
          fc.sample(name, { seed: 7, numRuns: 300 }).map((each) => [each.toLowerCase(), each] as const),
        ).values(),
      ];
      await joinFleet(
        store,
        joining.map((each) => pick(each)),
      );
      const change = async (names: readonly string[], joins: boolean): Promise<void> => {
        const record = await store.readCampaign('sp4');
        if (record === null) throw new Error('no campaign');
        const steps = names.map((each) =>
          joins
            ? { from: null, to: pick(each), because: 'joined' }
            : { from: pick(each), to: null, because: 'left' },
        );
        const changed = await store.changeMembers(record.campaign, record.version, entry('sp4'), steps);
        expect(changed?.changed).toEqual(names);
      };
      await change(joining, true);
      expect((await pages(store, { limit: 100 })).names).toEqual(inOrder(['pc-500', ...joining]));
      const first = await store.membersByName('sp4', { after: null, limit: 50 });
      const leaving = joining.filter((_, n) => n % 3 === 0);
      await change(leaving, false);
      const staying = ['pc-500', ...joining.filter((each) => !leaving.includes(each))];
      expect((await pages(store, { limit: 7 })).names).toEqual(inOrder(staying));
      const rest = await store.membersByName('sp4', { after: first.through, limit: 2_000 });
      const through = first.through ?? '';
      expect(rest.members.map(nameOf)).toEqual(inOrder(staying).filter((each) => nameKey(each) > through));
    });
  });
}
