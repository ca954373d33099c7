import { describe, expect, test } from 'vitest';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startRunning,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { preImage } from '../domain/given.ts';
import { bring, changes, firstWave, rest } from './admitted-clients.ts';

const key = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const otherKey = 'SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA';

const imported = (orchestrator: SmallOrchestrator, text: string) =>
  orchestrator.ask('POST', '/v1/fleet', { file: 'moved.csv', text });

const row = (client: string, host: string, more = ''): string =>
  `client,host,logonServer,zone,port,hostKey\n${client},${host},LS-ROM,Europe/Rome,${more === '' ? ',' : more}\n`;

type Change = (upgrade: Upgrade) => Upgrade;

const open = {
  'it is marked': changes.deferredMarked,
  'its update may have begun': (upgrade) =>
    withMemory(changes.deferred(upgrade), { open: { unanswered: true } }),
  'a procedure may be unfinished there': (upgrade) =>
    withMemory(changes.deferred(upgrade), { open: { unfinished: true } }),
  'a service of it is set to manual for a while': (upgrade) =>
    withMemory(changes.deferred(upgrade), { open: { workaround: { preImage, bootId: 'boot-1' } } }),
  [`${preImage.service.name} was moved there`]: (upgrade) =>
    withMemory(changes.deferred(upgrade), { learned: { relocation: 'done', beforeRelocation: preImage } }),
} satisfies Record<string, Change>;

describe.each(stores)(
  'a fleet file that changes a host in mid-campaign, on the %s store',
  (_name, openStore) => {
    test.each(Object.entries(open))('is refused while %s', async (because, change) => {
      await using orchestrator = await startRunning(await openStore(), campaignYaml());
      const { store } = orchestrator;
      const [client = ''] = await firstWave(orchestrator, 1);
      await bring(store, client, change, rest);
      const before = await store.readClient(client);
      for (const text of [row(client, 'NT-99'), row(client, before?.host ?? '', '2222,')]) {
        const { status, body } = await imported(orchestrator, text);
        expect(status).toBe(400);
        expect(body.error.faults).toEqual([
          expect.objectContaining({
            line: 2,
            wrong: `leads client ${client} to another machine, and campaign sp4 is not done with the present one: ${because}`,
          }),
        ]);
        expect(await store.readClient(client)).toEqual(before);
      }
    });

    test('is refused while a worker is at work, and taken when nothing is open', async () => {
      await using orchestrator = await startRunning(await openStore(), campaignYaml());
      const { store } = orchestrator;
      const [driven = '', resting = ''] = await firstWave(orchestrator, 2);
      await bring(store, driven, (upgrade) => upgrade, { index: 'driven' });
      await bring(store, resting, changes.deferred, rest);
      const refused = await imported(orchestrator, row(driven, 'NT-99'));
      expect(refused.body.error.faults[0].wrong).toContain('a worker is at work on it');
      expect((await imported(orchestrator, row(resting, 'NT-98'))).status).toBe(200);
      expect((await store.readClient(resting))?.host).toBe('NT-98');
    });

    test('is taken in one spelling or another of the same host, and on a settled client', async () => {
      await using orchestrator = await startRunning(await openStore(), campaignYaml());
      const { store } = orchestrator;
      const [marked = '', failed = ''] = await firstWave(orchestrator, 2);
      await bring(store, marked, changes.deferredMarked, rest);
      await bring(store, failed, changes.failed, { index: 'settled' });
      const host = (await store.readClient(marked))?.host ?? '';
      expect((await imported(orchestrator, row(marked, host.toLowerCase()))).status).toBe(200);
      expect((await imported(orchestrator, row(failed, 'NT-97'))).status).toBe(200);
    });

    test('is taken for a pinned machine with a new address, and refused with another key', async () => {
      await using orchestrator = await startRunning(await openStore(), campaignYaml());
      const { store } = orchestrator;
      const [client = ''] = await firstWave(orchestrator, 1);
      const host = (await store.readClient(client))?.host ?? '';
      expect((await imported(orchestrator, row(client, host, `,${key}`))).status).toBe(200);
      await bring(store, client, changes.restarting, { index: 'due', dueAt: now + 60_000, keepsSlots: true });
      expect((await imported(orchestrator, row(client, 'NT-99', `,${otherKey}`))).status).toBe(400);
      expect((await imported(orchestrator, row(client, 'NT-99', `,${key} ${otherKey}`))).status).toBe(400);
      expect((await imported(orchestrator, row(client, 'NT-99'))).status).toBe(400);
      expect((await imported(orchestrator, row(client, 'NT-99', `,${key}`))).status).toBe(200);
    });

    test('changes nothing of the other rows of the file', async () => {
      await using orchestrator = await startRunning(await openStore(), campaignYaml());
      const { store } = orchestrator;
      const [client = ''] = await firstWave(orchestrator, 1);
      await bring(store, client, changes.deferredMarked, rest);
      const host = (await store.readClient(client))?.host ?? '';
      const moved = fleetCsv.replaceAll('NT-', 'HOST-');
      const { status, body } = await imported(orchestrator, moved);
      expect(status).toBe(400);
      expect(body.error.faults).toHaveLength(1);
      expect((await store.readClient('pc-8'))?.host).toBe('NT-8');
      expect((await store.readClient(client))?.host).toBe(host);
    });
  },
);
