import { describe, expect, it } from 'vitest';
import { everyClient } from '../../../shared/store/check-in-store.ts';
import { at, clientOf, entry } from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const pinned = {
  labels: ['ward'],
  role: 'server',
  port: 2222,
  hostKeys: [`SHA256:${'a'.repeat(43)}`],
} as const;

export function checkInContract(given: Given): void {
  describe('check-in tokens', () => {
    it('are good from generation 1 on until it is raised, for one client or for all', async () => {
      const { store } = given();
      expect(await store.leastGeneration('pc-1')).toBe(1);
      expect(await store.raiseGeneration('pc-1', 3, entry('', 'pc-1', 'stolen'))).toBe(3);
      expect(await store.raiseGeneration(everyClient, 2, entry('', null, 'all anew'))).toBe(2);
      expect(await store.leastGeneration('pc-1')).toBe(3);
      expect(await store.leastGeneration('pc-2')).toBe(2);
      expect(await store.tokenGenerations()).toEqual(
        new Map([
          ['pc-1', 3],
          [everyClient, 2],
        ]),
      );
      expect(await store.leastGeneration('PC-1')).toBe(3);
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['all anew', 'stolen']);
    });

    it('that were revoked stay revoked, and a call that changes nothing writes no audit entry', async () => {
      const { store } = given();
      await store.raiseGeneration('pc-1', 3, entry('', 'pc-1', 'stolen'));
      expect(await store.raiseGeneration('pc-1', 3, entry('', 'pc-1', 'again'))).toBe(3);
      expect(await store.raiseGeneration('pc-1', 2, entry('', 'pc-1', 'lower'))).toBe(3);
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['stolen']);
    });
  });

  describe("a client's address", () => {
    it('is changed alone, with an audit entry', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1', pinned), clientOf('pc-2', { logonServer: 'LS-2' })]);
      expect(await store.moveClient('pc-1', '10.0.0.7', entry('', 'pc-1', 'moved'))).toEqual({
        kind: 'moved',
      });
      expect(await store.readClient('pc-1')).toEqual(clientOf('pc-1', { ...pinned, host: '10.0.0.7' }));
      expect(await store.readClient('pc-2')).toEqual(clientOf('pc-2', { logonServer: 'LS-2' }));
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['moved']);
      // A later import gives the client its address again.
      expect(await store.importFleet([clientOf('pc-1')])).toMatchObject({ added: 0, changed: 1, total: 2 });
      expect(await store.readClient('pc-1')).toEqual(clientOf('pc-1'));
    });

    it('stays when it is the same already, or the client is not in the fleet', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1')]);
      const { host } = clientOf('pc-1');
      expect(await store.moveClient('pc-1', host, entry('', 'pc-1'))).toEqual({ kind: 'unchanged' });
      expect(await store.moveClient('pc-9', host, entry('', 'pc-9'))).toEqual({ kind: 'unchanged' });
      expect(await store.fleetSize()).toBe(1);
      expect(await store.audit(9)).toEqual([]);
    });

    it('is not that of another client, in whatever spelling, until the other one gives it away', async () => {
      const { store } = given();
      await store.importFleet([
        clientOf('pc-1'),
        clientOf('PC-2', { host: 'Pc-2.Corp.Example' }),
        clientOf('pc-3', { host: '10.0.0.3' }),
        clientOf('pc-4'),
      ]);
      const move = (client: string, host: string) => store.moveClient(client, host, entry('', client));
      const taken = (other: string) => ({ kind: 'taken', other });
      expect(await move('pc-4', 'PC-1.corp.example')).toEqual(taken('pc-1'));
      expect(await move('pc-4', 'pc-2.CORP.example')).toEqual(taken('PC-2'));
      expect(await move('pc-4', '::ffff:10.0.0.3')).toEqual(taken('pc-3'));
      expect(await move('pc-4', '10.3')).toEqual(taken('pc-3'));
      expect(await store.readClient('pc-4')).toEqual(clientOf('pc-4'));
      expect(await store.audit(9)).toEqual([]);
      expect(await move('pc-3', '10.0.0.9')).toEqual({ kind: 'moved' });
      expect(await move('pc-4', '10.0.0.3')).toEqual({ kind: 'moved' });
      expect(await move('pc-3', '10.0.0.3')).toEqual(taken('pc-4'));
      expect(await move('pc-1', 'pc-4.corp.example')).toEqual({ kind: 'moved' });
      expect(await move('pc-4', 'pc-4.corp.example')).toEqual(taken('pc-1'));
      // An import finds the addresses that check-ins brought.
      const own = clientOf('pc-5', { host: '10.0.0.9' });
      expect(await store.importUnique([own], entry(''))).toEqual({
        kind: 'twins',
        twins: [{ client: 'pc-5', other: 'pc-3', key: 'host' }],
      });
    });

    it('goes to one of many clients that bring the same one at the same time', async () => {
      const { store } = given();
      const clients = Array.from({ length: 40 }, (_, n) => clientOf(`pc-${n}`));
      await store.importFleet(clients);
      for (const host of ['10.0.0.7', 'pc-99.corp.example']) {
        const kinds = await Promise.all(
          clients.map(async ({ client }) => (await store.moveClient(client, host, entry('', client))).kind),
        );
        expect(kinds.filter((kind) => kind === 'moved')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'taken')).toHaveLength(39);
      }
    });

    it('that was refused is known until the client has it, or checks in with its present one', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1'), clientOf('pc-2')]);
      const refused = { client: 'pc-1', host: '10.0.0.7', other: 'pc-2', at };
      expect(await store.refuseAddress(refused, entry('', 'pc-1'))).toBe(true);
      expect(await store.refuseAddress({ ...refused, at: at + 1 }, entry('', 'pc-1'))).toBe(false);
      expect(await store.refusedAddress('pc-1')).toEqual(refused);
      expect(await store.refusedAddress('pc-2')).toBeNull();
      expect(await store.refusedAddresses()).toEqual([refused]);
      expect(await store.audit(9)).toHaveLength(1);
      await store.acceptAddress('pc-1');
      expect(await store.refusedAddresses()).toEqual([]);
      await store.refuseAddress(refused, entry('', 'pc-1'));
      await store.moveClient('pc-1', '10.0.0.7', entry('', 'pc-1'));
      expect(await store.refusedAddresses()).toEqual([]);
    });
  });
}
