import { beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../shared/domain/observation/observation.ts';
import { expectFailure, intentOf, valueOf } from './contract-clients.ts';
import type { GatewayCalls } from './gateway-calls.ts';

/** What every gateway must do with services. */
export function serviceContract(calls: GatewayCalls): void {
  const { lab, copy, signal, change, seen, found, service, hash, stop, start, protect } = calls;

  describe('a service', () => {
    it('is stopped and started when the gateway says so', async () => {
      valueOf(await stop());
      expect(await service()).toMatchObject({ state: 'stopped', pid: null });
      expect((await seen()).processes).toEqual([]);
      valueOf(await start());
      expect(await service()).toMatchObject({ state: 'running', pid: expect.any(Number) });
    });

    it('may be stopped and started twice: the second call succeeds', async () => {
      valueOf(await start());
      valueOf(await stop());
      valueOf(await stop());
      expect(await service()).toMatchObject({ state: 'stopped' });
    });

    it('changes start type and image path, each without the other, and keeps its account', async () => {
      const before = await service();
      const configure = (settings: { startType?: 'manual'; imagePath?: string }) =>
        lab().gateway.configureService(change(), lab().service.name, settings);
      valueOf(await configure({ startType: 'manual' }));
      expect(await service()).toEqual({ ...before, startType: 'manual' });
      valueOf(await configure({ imagePath: copy() }));
      expect(await service()).toEqual({ ...before, startType: 'manual', imagePath: copy() });
    });

    it('is an error when it does not exist', async () => {
      expect(valueOf(await lab().gateway.readService(lab().target, 'NO_SUCH_SERVICE', signal()))).toBeNull();
      expectFailure(await lab().gateway.startService(change(), 'NO_SUCH_SERVICE'), 'failed');
      expectFailure(await lab().gateway.stopService(change(), 'NO_SUCH_SERVICE'), 'failed');
    });

    it('is moved to another directory and runs from there', async () => {
      valueOf(await stop());
      valueOf(await lab().gateway.copyFile(change(), lab().service.executable, copy()));
      valueOf(await protect([copy()]));
      valueOf(await lab().gateway.configureService(change(), lab().service.name, { imagePath: copy() }));
      valueOf(await start());
      expect(await service()).toMatchObject({ state: 'running', imagePath: copy() });
      expect((await seen()).processes).toEqual([]);
    });

    it('does not start when its file is missing', async () => {
      valueOf(await stop());
      valueOf(await lab().gateway.configureService(change(), lab().service.name, { imagePath: copy() }));
      expectFailure(await start(), 'failed');
      expect(await service()).toMatchObject({ state: 'stopped' });
    });
  });

  describe('a service that is deleted and installed again', () => {
    const uninstall = () => lab().gateway.uninstallService(change(), lab().service.name);
    const install = (changes: Partial<Service> = {}) =>
      service().then(
        (now) => installAs({ ...now, ...changes }),
        () => installAs({ ...before, ...changes }),
      );
    const installAs = ({ name: its, imagePath, startType, account, dependsOn }: Service) =>
      lab().gateway.installService(change(), { name: its, imagePath, startType, account, dependsOn });
    let before: Service;
    beforeEach(async () => {
      valueOf(await stop());
      before = await service();
    });

    it('is gone, and comes back with every setting that it had, also by a second call', async () => {
      for (const _time of ['first', 'again']) {
        valueOf(await uninstall());
        expect(await found()).toBeNull();
      }
      for (const _time of ['first', 'again']) {
        valueOf(await install());
        expect(await service()).toEqual(before);
      }
      expect(before.kept).toHaveProperty('failureactions');
      valueOf(await start());
      expect(await service()).toMatchObject({ state: 'running' });
    });

    it('has the path, start type and dependencies of the call, and the rest as before', async () => {
      valueOf(await uninstall());
      valueOf(await install({ imagePath: copy(), startType: 'manual', dependsOn: [] }));
      expect(await service()).toEqual({
        ...before,
        imagePath: copy(),
        startType: 'manual',
        dependsOn: [],
      });
      // The client keeps the settings that the service has now.
      valueOf(await uninstall());
      valueOf(await install({ imagePath: copy(), startType: 'manual', dependsOn: before.dependsOn }));
      expect(await service()).toEqual({ ...before, imagePath: copy(), startType: 'manual' });
    });

    it('stays marked for deletion when it is deleted while it runs, and loses no setting (Q173785)', async () => {
      valueOf(await start());
      const deleted = await uninstall();
      expect(deleted).toMatchObject({ ok: false, error: { message: expect.stringContaining('1072') } });
      expectFailure(await install(), 'failed');
      await stop();
      expect(await found()).toBeNull();
      valueOf(await uninstall());
      valueOf(await install());
      expect(await service()).toEqual(before);
    });

    it('is not installed from settings that were kept before its procedure was recorded', async () => {
      valueOf(await uninstall());
      const intent = intentOf(before, (await hash(lab().service.executable)) ?? '', copy());
      if (intent.kind !== 'relocation') throw new Error('it is a relocation');
      const preImage = { ...intent.preImage, by: 'reinstall' } as const;
      const recorded = { ...intent, preImage, step: 'record' };
      valueOf(await lab().gateway.writeIntent(change(), recorded));
      expect(valueOf(await lab().gateway.readIntent(lab().target, signal()))).toEqual(recorded);
      expectFailure(await install(), 'failed');
    });

    it('is not installed when no setting of it was kept, or its account needs a password', async () => {
      expectFailure(await installAs({ ...before, name: 'NO_SUCH_SERVICE' }), 'failed');
      expectFailure(await installAs({ ...before, account: 'CORP\\SMSService' }), 'failed');
      expect(await service()).toEqual(before);
    });
  });
}
