import { describe, expect, it } from 'vitest';
import { everyClient } from '../../../shared/store/check-in-store.ts';
import { clientOf, entry } from './fixtures.ts';
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
      expect(await store.moveClient('pc-1', '10.0.0.7', entry('', 'pc-1', 'moved'))).toBe(true);
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
      expect(await store.moveClient('pc-1', host, entry('', 'pc-1'))).toBe(false);
      expect(await store.moveClient('pc-9', host, entry('', 'pc-9'))).toBe(false);
      expect(await store.fleetSize()).toBe(1);
      expect(await store.audit(9)).toEqual([]);
    });
  });
}
