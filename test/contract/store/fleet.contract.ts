import { describe, expect, it } from 'vitest';
import { evidenceBytesAtMost } from '../../../shared/evidence.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import type { Store } from '../../../shared/store/store.ts';
import { all, clientOf, entry } from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const release = { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files: [] };

export function fleetContract(given: Given): void {
  describe('the fleet', () => {
    it('is empty at first', async () => {
      const { store } = given();
      expect(await store.fleetSize()).toBe(0);
      expect(await all(store.fleet())).toEqual([]);
      expect(await store.readClient('pc-1')).toBeNull();
    });

    it('adds new clients, replaces known ones, keeps clients that the list does not name, and counts each', async () => {
      const { store } = given();
      expect(await store.importFleet([clientOf('pc-1'), clientOf('pc-2'), clientOf('pc-3')])).toEqual({
        added: 3,
        changed: 0,
        total: 3,
      });
      const moved = clientOf('pc-2', { logonServer: 'LS-2', labels: ['ward', 'office'], role: 'server' });
      expect(await store.importFleet([moved, clientOf('pc-3'), clientOf('pc-4')])).toEqual({
        added: 1,
        changed: 1,
        total: 4,
      });
      expect(await store.readClient('pc-2')).toEqual(moved);
      const found = await all(store.fleet());
      expect(found.map(({ client }) => client).sort()).toEqual(['pc-1', 'pc-2', 'pc-3', 'pc-4']);
      expect(found.find(({ client }) => client === 'pc-1')).toEqual(clientOf('pc-1'));
      expect(await store.fleetSize()).toBe(4);
    });

    it('stays as it is when the list is empty', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1')]);
      expect(await store.importFleet([])).toEqual({ added: 0, changed: 0, total: 1 });
    });

    it('replaces a large fleet at once, and keeps clients that the list does not name', async () => {
      const { store } = given();
      const many = Array.from({ length: 12_000 }, (_, n) => clientOf(`pc-${n}`));
      await store.importFleet([clientOf('other'), ...many]);
      const relabelled = many.map((client) => ({ ...client, labels: ['ward'] }));
      const [imported, sizes] = await Promise.all([store.importFleet(relabelled), sizesMeanwhile(store)]);
      expect(imported).toEqual({ added: 0, changed: 12_000, total: 12_001 });
      expect(new Set(sizes)).toEqual(new Set([12_001]));
      expect((await store.readClient('pc-11999'))?.labels).toEqual(['ward']);
      expect(await store.readClient('other')).toEqual(clientOf('other'));
    });

    it('loses no client of two imports at the same time', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1')]);
      const lists = ['a', 'b'].map((name) =>
        Array.from({ length: 11_000 }, (_, n) => clientOf(`${name}-${n}`)),
      );
      await Promise.all(lists.map((clients) => store.importFleet(clients)));
      expect(await store.fleetSize()).toBe(22_001);
    });

    it('has no second client of one machine, whatever list brings it', async () => {
      const { store } = given();
      const twinsOf = async (...clients: readonly Client[]) => {
        const outcome = await store.importUnique(clients, entry(''));
        return outcome.kind === 'twins' ? outcome.twins : outcome.imported;
      };
      const nt1 = clientOf('twin-of-1', { host: 'NT-0001' });
      expect(
        await twinsOf(clientOf('pc-1', { host: 'nt-0001' }), clientOf('pc-2', { host: '10.0.0.2' })),
      ).toEqual({
        added: 2,
        changed: 0,
        total: 2,
      });
      expect(await twinsOf(nt1, clientOf('pc-3'))).toEqual([
        { client: 'twin-of-1', other: 'pc-1', key: 'host' },
      ]);
      expect(await twinsOf(clientOf('pc-3', { host: '::ffff:10.0.0.2' }))).toEqual([
        { client: 'pc-3', other: 'pc-2', key: 'host' },
      ]);
      expect(await twinsOf(clientOf('PC-1', { host: 'elsewhere' }))).toEqual([
        { client: 'PC-1', other: 'pc-1', key: 'client' },
      ]);
      // Also a client that the fleet has, with another host.
      expect(await twinsOf(clientOf('pc-2', { host: 'NT-0001' }))).toEqual([
        { client: 'pc-2', other: 'pc-1', key: 'host' },
      ]);
      expect(await store.fleetSize()).toBe(2);
      expect(await store.audit(9)).toHaveLength(1);
      // Two that exchange their hosts, and one that gives its host away, in one list.
      expect(
        await twinsOf(clientOf('pc-1', { host: '10.0.0.2' }), clientOf('pc-2', { host: 'other' }), nt1),
      ).toEqual({ added: 1, changed: 2, total: 3 });
      expect(await twinsOf(clientOf('pc-1', { host: '10.0.0.2', labels: ['ward'] }))).toMatchObject({
        changed: 1,
      });
    });

    it('finds a twin among many, and of two lists at the same time lets one in', async () => {
      const { store } = given();
      const many = Array.from({ length: 12_000 }, (_, n) => clientOf(`pc-${n}`));
      await store.importFleet([clientOf('PC-11999', { host: 'nt' })]);
      expect(await store.importUnique(many.slice(11_000), entry(''))).toEqual({
        kind: 'twins',
        twins: [{ client: 'pc-11999', other: 'PC-11999', key: 'client' }],
      });
      expect(await store.fleetSize()).toBe(1);
      const lists = ['a', 'b'].map((name) =>
        Array.from({ length: 300 }, (_, n) => clientOf(`${name}-${n}`, { host: `host-${n}` })),
      );
      const kinds = await Promise.all(
        lists.map(async (clients) => (await store.importUnique(clients, entry(''))).kind),
      );
      expect(kinds.toSorted()).toEqual(['imported', 'twins']);
      expect(await store.fleetSize()).toBe(301);
    });

    it('knows its logon servers in each spelling, and the names of its clients in any case, after any change', async () => {
      const { store } = given();
      expect(await store.logonServers()).toEqual(new Map());
      const on = (client: string, logonServer: string): Client => clientOf(client, { logonServer });
      await store.importFleet([on('pc-1', 'LS-1'), on('PC-2', 'LS-1'), on('pc-3', 'ls-1')]);
      expect(await store.logonServers()).toEqual(
        new Map([
          ['LS-1', 2],
          ['ls-1', 1],
        ]),
      );
      await store.importFleet([on('pc-3', 'LS-1'), on('pc-4', 'LS-2'), on('PC-2', 'LS-1')]);
      expect(await store.logonServers()).toEqual(
        new Map([
          ['LS-1', 3],
          ['LS-2', 1],
        ]),
      );
      await store.removeClients([{ client: 'pc-4', audit: entry('', 'pc-4') }]);
      expect(await store.logonServers()).toEqual(new Map([['LS-1', 3]]));
      expect(await store.spellings(['pc-2', 'PC-1', 'Pc-3', 'pc-4'])).toEqual([
        ['PC-2'],
        ['pc-1'],
        ['pc-3'],
        [],
      ]);
      expect(await store.readClients(['pc-3', 'pc-2'])).toEqual([on('pc-3', 'LS-1'), null]);
      expect((await all(store.fleetNames())).toSorted()).toEqual(['PC-2', 'pc-1', 'pc-3']);
    });

    it('counts its servers on any logon servers, after any change', async () => {
      const { store } = given();
      const on = (client: string, logonServer: string, role: Client['role'] = 'server'): Client =>
        clientOf(client, { logonServer, role });
      const counted = async () => [
        await store.fleetServers(),
        await store.fleetServers([]),
        await store.fleetServers(['LS-1']),
        await store.fleetServers(['LS-2', 'ls-1', 'LS-9']),
      ];
      expect(await counted()).toEqual([0, 0, 0, 0]);
      await store.importFleet([on('s-1', 'LS-1'), on('s-2', 'ls-1'), on('s-3', 'LS-2'), on('s-4', 'LS-2')]);
      expect(await counted()).toEqual([4, 0, 1, 3]);
      await store.importFleet([on('s-3', 'LS-1'), on('s-2', 'ls-1', 'workstation'), on('s-5', 'LS-1')]);
      expect(await counted()).toEqual([4, 0, 3, 1]);
      await store.removeClients([{ client: 's-4', audit: entry('', 's-4') }]);
      expect(await counted()).toEqual([3, 0, 3, 0]);
    });

    it('gives the same names for the same draws, and as few of a large fleet as were drawn', async () => {
      const { store } = given();
      expect(await store.drawNames([7])).toMatchObject({ isWhole: true });
      await store.importFleet(['pc-2', 'PC-1'].map((client) => clientOf(client)));
      const small = await store.drawNames([7, 8]);
      expect([small.isWhole, small.places.flat().sort()]).toEqual([true, ['PC-1', 'pc-2']]);
      await store.importFleet(Array.from({ length: 12_000 }, (_, n) => clientOf(`many-${n}`)));
      const draws = [3, 4_000_000_000, 17, 17];
      const drawn = await store.drawNames(draws);
      expect([drawn.isWhole, drawn.places.length]).toEqual([false, 3]);
      expect(drawn.places.every(({ length }) => length > 0 && length <= 256)).toBe(true);
      expect(new Set(drawn.places.flat()).size).toBe(drawn.places.flat().length);
      expect(await store.drawNames(draws)).toEqual(drawn);
    });

    it('tells the twins of a list that it would refuse, and changes nothing', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1', { host: '10.0.0.1' }), clientOf('pc-2')]);
      expect(await store.twinsOf([clientOf('pc-1', { host: '10.1' }), clientOf('pc-3')])).toEqual([]);
      const twins = await store.twinsOf([clientOf('pc-9', { host: '10.1' }), clientOf('PC-2')]);
      expect(twins.toSorted((a, b) => (a.other < b.other ? -1 : 1))).toEqual([
        { client: 'pc-9', other: 'pc-1', key: 'host' },
        { client: 'PC-2', other: 'pc-2', key: 'client' },
      ]);
      expect(await store.fleetSize()).toBe(2);
    });

    it('takes more clients than go into one piece', async () => {
      const { store } = given();
      const many = Array.from({ length: 2_500 }, (_, n) => clientOf(`pc-${n}`));
      expect(await store.importFleet(many)).toEqual({ added: 2_500, changed: 0, total: 2_500 });
      const relabelled = many.map((client) => ({ ...client, labels: ['ward'] }));
      expect(await store.importFleet(relabelled)).toEqual({ added: 0, changed: 2_500, total: 2_500 });
      const found = await all(store.fleet());
      expect(new Set(found.map(({ client }) => client)).size).toBe(2_500);
      expect(found.every(({ labels }) => labels[0] === 'ward')).toBe(true);
    });
  });

  describe('releases', () => {
    it('are staged with their evidence and an audit entry, and staged again in place of the first', async () => {
      const { store } = given();
      expect(await store.readRelease(release.release)).toBeNull();
      const audit = { ...entry(''), because: 'staged' };
      await store.stageRelease(release, { sha256: 'sha-1', text: 'exit code 0' }, audit);
      const again = { ...release, servicePack: 5 };
      await store.stageRelease(again, { sha256: 'sha-1', text: 'another text' }, audit);
      await store.stageRelease({ ...release, release: 'a-release' }, { sha256: 'sha-2', text: '' }, audit);
      expect(await store.readRelease(release.release)).toEqual(again);
      expect((await store.releases()).map((each) => each.release)).toEqual(['a-release', release.release]);
      expect(await store.readEvidence('sha-1')).toBe('exit code 0');
      expect(await store.audit(10)).toEqual([audit, audit, audit]);
    });
  });

  describe('evidence', () => {
    it('is unknown by another hash', async () => {
      expect(await given().store.readEvidence('sha-0')).toBeNull();
    });

    it('is cut at the limit, between characters, with a visible mark', async () => {
      const { store } = given();
      await store.stageRelease(
        release,
        { sha256: 'sha-1', text: 'é'.repeat(evidenceBytesAtMost) },
        entry(''),
      );
      const kept = (await store.readEvidence('sha-1')) ?? '';
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(evidenceBytesAtMost);
      expect(kept).toMatch(/^é+\[cut, 32768 bytes in all\]$/);
    });

    it('is kept whole up to the limit', async () => {
      const { store } = given();
      const text = 'x'.repeat(evidenceBytesAtMost);
      await store.stageRelease(release, { sha256: 'sha-1', text }, entry(''));
      expect(await store.readEvidence('sha-1')).toBe(text);
    });
  });

  describe('the audit', () => {
    it('is read newest first, up to a limit, by campaign and by client', async () => {
      const { store } = given();
      const written = [
        entry('a', 'pc-1', '1'),
        entry('b', 'pc-1', '2'),
        entry('a', null, '3'),
        entry('a', 'pc-2', '4'),
      ];
      for (const audit of written) await store.stageRelease(release, { sha256: 's', text: '' }, audit);
      const read = async (...asked: Parameters<typeof store.audit>): Promise<string> =>
        (await store.audit(...asked)).map(({ because }) => because).join('');
      expect(await read(10)).toBe('4321');
      expect(await read(2)).toBe('43');
      expect(await read(10, { campaign: 'a' })).toBe('431');
      expect(await read(10, { client: 'pc-1' })).toBe('21');
      expect(await read(10, { campaign: 'a', client: 'pc-1' })).toBe('1');
      expect(await read(1, { campaign: 'a' })).toBe('4');
      expect(await store.audit(1, { campaign: 'b' })).toEqual([written[1]]);
      expect((await store.audit(1))[0]).toEqual(written[3]);
    });
  });
}

/** The sizes that readers see during an import. */
async function sizesMeanwhile(store: Store): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (let times = 0; times < 50; times += 1) sizes.push(await store.fleetSize());
  return sizes;
}
