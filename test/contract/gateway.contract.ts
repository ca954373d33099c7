import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../shared/domain/observation/observation.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import type { Fence } from '../../shared/store/types.ts';
import type { Change, GatewayResult } from '../../workers/gateways/gateway.ts';
import { type ContractClients, everyChange, expectFailure, intentOf, valueOf } from './contract-clients.ts';
import { patienceMs } from '../environment/patience.ts';

const nameOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toUpperCase();

/**
 * What every gateway must do, simulated or real.
 * @param deadlineMs a restart, the slowest thing here, must be over by then
 */
export function gatewayContract(
  name: string,
  makeClients: () => Promise<ContractClients>,
  deadlineMs = patienceMs,
): void {
  describe(`${name}: the gateway contract`, () => {
    let lab: ContractClients;
    let copy: string;

    beforeEach(async () => {
      lab = await makeClients();
      copy = `${lab.newDirectory}\\${lab.service.executable.split('\\').at(-1) ?? ''}`;
    });
    afterEach(() => lab.close());

    const signal = (): AbortSignal => AbortSignal.timeout(deadlineMs);
    const by = (owner: string, counter = 0): Fence => ({ owner, counter: lab.fence + counter });
    const change = (changes: Partial<Change> = {}): Change => ({
      target: lab.target,
      fence: by('driver'),
      signal: signal(),
      ...changes,
    });
    const look = (target = lab.target): Promise<GatewayResult<ClientLook>> =>
      lab.gateway.look(
        target,
        {
          componentDirectory: lab.componentDirectory,
          files: [lab.file, 'NO.SUCH'],
          services: [lab.service.name],
          configurationFile: lab.methods.phase.file,
        },
        signal(),
      );
    const seen = async (): Promise<ClientLook> => valueOf(await look());
    const found = async (): Promise<Service | null> =>
      valueOf(await lab.gateway.readService(lab.target, lab.service.name, signal()));
    const service = async (): Promise<Service> => (await found()) ?? expect.fail('there is no such service');
    const hash = async (path: string): Promise<string | null> =>
      valueOf(await lab.gateway.hashFile(lab.target, path, signal()));
    const stop = (where = change()) => lab.gateway.stopService(where, lab.service.name);
    const start = (where = change()) => lab.gateway.startService(where, lab.service.name);

    /** Protects the new directory; these paths may be in it, null = whatever is. */
    const protect = (allowed: readonly string[] | null) =>
      lab.gateway.protectDirectory(
        change(),
        lab.newDirectory,
        allowed?.map((path) => path.slice(lab.newDirectory.length + 1)) ?? null,
      );

    /** A restart may cut its own answer: whether it happened is seen from the next boot. */
    async function orderRestart(): Promise<void> {
      const told = await lab.gateway.restart(change());
      expect(['taken', 'cutOff', 'timedOut']).toContain(told.ok ? 'taken' : told.error.kind);
    }

    async function afterRestart(before: ClientLook): Promise<ClientLook> {
      for (const end = Date.now() + deadlineMs; Date.now() < end; await lab.breathe()) {
        const now = await look();
        // A service that starts by itself may come a moment after everything else.
        const isUp = now.ok && now.value.services.every(({ state }) => state === 'running');
        if (isUp && now.value.bootId !== before.bootId) return now.value;
      }
      throw new Error('it did not come back in time');
    }

    describe('a look', () => {
      it('says what runs out of the component directory, and whose service it is', async () => {
        const { processes, services, locked } = await seen();
        expect(processes.map(({ imagePath }) => imagePath.toLowerCase())).toEqual([
          lab.service.executable.toLowerCase(),
        ]);
        expect(services).toHaveLength(1);
        expect(services[0]).toMatchObject({ state: 'running', pid: processes[0]?.pid });
        expect(locked).toContain(processes[0]?.executable.toLowerCase());
      });

      it('answers for every file that was asked for', async () => {
        const { files } = await seen();
        expect(files.map((file) => file.name)).toEqual([lab.file, 'NO.SUCH']);
        expect(files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(files[1]).toEqual({ name: 'NO.SUCH', sha256: null });
      });

      it('changes nothing', async () => {
        const [first, second] = [await seen(), await seen()];
        expect({ ...second, at: 0, freeBytes: 0 }).toEqual({ ...first, at: 0, freeBytes: 0 });
      });
    });

    describe('mark', () => {
      it('leaves the client marked, and nothing else', async () => {
        const before = await seen();
        expect(valueOf(await lab.gateway.mark(change(), lab.methods.mark)).exitCode).toBe(0);
        const after = await seen();
        expect(after.configuration).toMatch(/^SetupPhase=UPGRADE\s*$/im);
        expect(after.files).toEqual(before.files);
      });

      it('is taken back, as often as one likes', async () => {
        const before = await seen();
        valueOf(await lab.gateway.mark(change(), lab.methods.mark));
        valueOf(await lab.gateway.unmark(change(), lab.methods.phase));
        valueOf(await lab.gateway.unmark(change(), lab.methods.phase));
        const after = await seen();
        expect(after.configuration).toMatch(/^SetupPhase=INSTALLED\s*$/im);
        expect(after.files).toEqual(before.files);
      });
    });

    describe('restart', () => {
      it('brings another boot, later than the one before', async () => {
        const before = await seen();
        await orderRestart();
        const after = await afterRestart(before);
        expect(after.bootedAt).toBeGreaterThan(before.bootedAt);
        expect(after.services).toMatchObject([{ state: 'running' }]);
      });
    });

    describe('services', () => {
      it('has stopped the service when it says so, and started it again', async () => {
        valueOf(await stop());
        expect(await service()).toMatchObject({ state: 'stopped', pid: null });
        expect((await seen()).processes).toEqual([]);
        valueOf(await start());
        expect(await service()).toMatchObject({ state: 'running', pid: expect.any(Number) });
      });

      it('takes the same order twice: what is so already is done', async () => {
        valueOf(await start());
        valueOf(await stop());
        valueOf(await stop());
        expect(await service()).toMatchObject({ state: 'stopped' });
      });

      it('changes start type and image path, each without the other, and keeps the account', async () => {
        const before = await service();
        const configure = (settings: { startType?: 'manual'; imagePath?: string }) =>
          lab.gateway.configureService(change(), lab.service.name, settings);
        valueOf(await configure({ startType: 'manual' }));
        expect(await service()).toEqual({ ...before, startType: 'manual' });
        valueOf(await configure({ imagePath: copy }));
        expect(await service()).toEqual({ ...before, startType: 'manual', imagePath: copy });
      });

      it('says no to a service that is not there', async () => {
        expect(valueOf(await lab.gateway.readService(lab.target, 'NO_SUCH_SERVICE', signal()))).toBeNull();
        expectFailure(await lab.gateway.startService(change(), 'NO_SUCH_SERVICE'), 'failed');
        expectFailure(await lab.gateway.stopService(change(), 'NO_SUCH_SERVICE'), 'failed');
      });

      it('moves a service to another directory, from where it runs', async () => {
        valueOf(await stop());
        valueOf(await lab.gateway.copyFile(change(), lab.service.executable, copy));
        valueOf(await protect([copy]));
        valueOf(await lab.gateway.configureService(change(), lab.service.name, { imagePath: copy }));
        valueOf(await start());
        expect(await service()).toMatchObject({ state: 'running', imagePath: copy });
        expect((await seen()).processes).toEqual([]);
      });

      it('does not start a service whose file is missing', async () => {
        valueOf(await stop());
        valueOf(await lab.gateway.configureService(change(), lab.service.name, { imagePath: copy }));
        expectFailure(await start(), 'failed');
        expect(await service()).toMatchObject({ state: 'stopped' });
      });
    });

    describe('a service that is installed anew', () => {
      const uninstall = () => lab.gateway.uninstallService(change(), lab.service.name);
      const install = (changes: Partial<Service> = {}) =>
        service().then(
          (now) => installAs({ ...now, ...changes }),
          () => installAs({ ...before, ...changes }),
        );
      const installAs = ({ name: its, imagePath, startType, account, dependsOn }: Service) =>
        lab.gateway.installService(change(), { name: its, imagePath, startType, account, dependsOn });
      let before: Service;
      beforeEach(async () => {
        valueOf(await stop());
        before = await service();
      });

      it('is gone, and comes back with every setting that it had, as often as it is asked', async () => {
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

      it('has the path, start type and dependencies that are wanted now, and the rest as before', async () => {
        valueOf(await uninstall());
        valueOf(await install({ imagePath: copy, startType: 'manual', dependsOn: [] }));
        expect(await service()).toEqual({
          ...before,
          imagePath: copy,
          startType: 'manual',
          dependsOn: [],
        });
        // What is kept now is how it is now.
        valueOf(await uninstall());
        valueOf(await install({ imagePath: copy, startType: 'manual', dependsOn: before.dependsOn }));
        expect(await service()).toEqual({ ...before, imagePath: copy, startType: 'manual' });
      });

      it('stays half there where it is deleted while it runs, and nothing of it is lost (Q173785)', async () => {
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

      it('is not made of what was kept before its procedure was recorded', async () => {
        valueOf(await uninstall());
        const intent = intentOf(before, (await hash(lab.service.executable)) ?? '', copy);
        if (intent.kind !== 'relocation') throw new Error('it is a relocation');
        const preImage = { ...intent.preImage, by: 'reinstall' } as const;
        const recorded = { ...intent, preImage, step: 'record' };
        valueOf(await lab.gateway.writeIntent(change(), recorded));
        expect(valueOf(await lab.gateway.readIntent(lab.target, signal()))).toEqual(recorded);
        expectFailure(await install(), 'failed');
      });

      it('is not installed where nothing of it was kept, or its account needs a password', async () => {
        expectFailure(await installAs({ ...before, name: 'NO_SUCH_SERVICE' }), 'failed');
        expectFailure(await installAs({ ...before, account: 'CORP\\SMSService' }), 'failed');
        expect(await service()).toEqual(before);
      });
    });

    describe('files', () => {
      it('copies a file into a new directory, with the same hash, and removes it again', async () => {
        expect(await hash(copy)).toBeNull();
        valueOf(await lab.gateway.copyFile(change(), lab.service.executable, copy));
        expect(await hash(copy)).toBe(await hash(lab.service.executable));
        valueOf(await lab.gateway.removeFile(change(), copy));
        expect(await hash(copy)).toBeNull();
        valueOf(await lab.gateway.removeFile(change(), copy));
        expectFailure(await protect(null), 'failed');
      });

      it('overwrites what stands there, but never a file that a process runs from', async () => {
        const other = `${lab.componentDirectory}\\${lab.file}`;
        valueOf(await lab.gateway.copyFile(change(), lab.service.executable, copy));
        valueOf(await lab.gateway.copyFile(change(), other, copy));
        expect(await hash(copy)).toBe(await hash(other));
        const before = await hash(lab.service.executable);
        expectFailure(await lab.gateway.copyFile(change(), other, lab.service.executable), 'failed');
        expectFailure(await lab.gateway.removeFile(change(), lab.service.executable), 'failed');
        expect(await hash(lab.service.executable)).toBe(before);
      });

      it('has Windows put a file in its place at the next start, and not before', async () => {
        const waits = `${lab.newDirectory}\\WAITS.TMP`;
        const content = await hash(`${lab.componentDirectory}\\${lab.file}`);
        valueOf(await lab.gateway.copyFile(change(), `${lab.componentDirectory}\\${lab.file}`, waits));
        valueOf(await lab.gateway.copyFile(change(), lab.service.executable, copy));
        valueOf(await lab.gateway.replaceAtRestart(change(), waits, copy));
        expect(await hash(copy)).not.toBe(content);
        const before = await seen();
        await orderRestart();
        await afterRestart(before);
        expect([await hash(copy), await hash(waits)]).toEqual([content, null]);
      });

      it('says no to a source that is not there', async () => {
        expectFailure(await lab.gateway.copyFile(change(), `${lab.newDirectory}\\NO.SUCH`, copy), 'failed');
        expect(await hash(copy)).toBeNull();
      });
    });

    describe('a directory that is protected', () => {
      const ours = { isOfAdministrators: true, letsOthersIn: false };
      const theirs = { isOfAdministrators: false, letsOthersIn: true };
      const planted = (): string => `${lab.newDirectory}\\PLANTED.DLL`;
      const bring = async (): Promise<void> =>
        valueOf(await lab.gateway.copyFile(change(), lab.service.executable, copy));

      it('is taken from somebody who had it before, and what he left there is refused by its name', async () => {
        await lab.plant(planted());
        await bring();
        expect(await lab.rightsOf(lab.newDirectory)).toEqual(theirs);
        const answer = await protect([copy]);
        expectFailure(answer, 'failed');
        expect(answer.ok ? '' : answer.error.message).toMatch(
          /holds PLANTED\.DLL, which servpack did not bring: take it away or/i,
        );
        expect(await lab.rightsOf(lab.newDirectory)).toEqual(ours);
        expect(await hash(planted())).not.toBeNull();
        expect(await lab.rightsOf(planted())).toEqual(theirs);
      });

      it('is taken from him with a file of his that has the name of one of ours, or where it does not matter', async () => {
        await lab.plant(copy);
        expect(await lab.rightsOf(copy)).toEqual(theirs);
        valueOf(await protect([copy.toLowerCase()]));
        expect([await lab.rightsOf(lab.newDirectory), await lab.rightsOf(copy)]).toEqual([ours, ours]);
        await lab.plant(planted());
        expect(await lab.rightsOf(planted())).toEqual(theirs);
        valueOf(await protect(null));
        expect(await lab.rightsOf(planted())).toEqual(ours);
      });

      it('may be protected twice, with all or none of what may be there', async () => {
        await bring();
        for (const _time of ['first', 'again']) {
          valueOf(await protect([copy, planted()]));
          expect(await lab.rightsOf(lab.newDirectory)).toEqual(ours);
        }
        const answer = await protect([planted()]);
        expect(answer.ok ? '' : answer.error.message.toUpperCase()).toContain(`HOLDS ${nameOf(copy)},`);
      });
    });

    describe('the intent', () => {
      it('comes back as it was written, is seen in a look, survives a restart, and goes', async () => {
        const readIntent = async () => valueOf(await lab.gateway.readIntent(lab.target, signal()));
        const intent = intentOf(await service(), (await hash(lab.service.executable)) ?? '', copy);
        expect(await readIntent()).toBeNull();
        valueOf(await lab.gateway.writeIntent(change(), intent));
        expect(await readIntent()).toEqual(intent);
        const before = await seen();
        expect(before.intent).toEqual(intent);
        await orderRestart();
        expect((await afterRestart(before)).intent).toEqual(intent);
        valueOf(await lab.gateway.writeIntent(change(), null));
        expect(await readIntent()).toBeNull();
      });
    });

    describe('the fence', () => {
      it('keeps an older driver out, and an equally old other one; nothing is changed then', async () => {
        valueOf(await lab.gateway.notify(change({ fence: by('newer', 1) }), 'soon'));
        expectFailure(await stop(change({ fence: by('driver') })), 'fenced');
        expectFailure(await stop(change({ fence: by('twin', 1) })), 'fenced');
        expect(await service()).toMatchObject({ state: 'running' });
      });

      it('guards every changing call', async () => {
        valueOf(await lab.gateway.notify(change({ fence: by('newer', 1) }), 'soon'));
        for (const [what, call] of everyChange(lab, copy)) {
          const answer = await call(change());
          expect([what, answer.ok ? 'done' : answer.error.kind]).toEqual([what, 'fenced']);
        }
      });

      it('lets the same driver and newer ones pass', async () => {
        for (const fence of [by('newer', 1), by('newer', 1), by('newest', 2)]) {
          expect(await lab.gateway.notify(change({ fence }), 'soon')).toMatchObject({ ok: true });
        }
      });
    });

    describe('a client that is switched off', () => {
      it('is unreachable for every call', async () => {
        const { gone, gateway } = lab;
        expectFailure(await look(gone), 'unreachable');
        expectFailure(await gateway.readService(gone, lab.service.name, signal()), 'unreachable');
        expectFailure(await gateway.hashFile(gone, copy, signal()), 'unreachable');
        expectFailure(await gateway.readIntent(gone, signal()), 'unreachable');
        for (const [what, call] of everyChange(lab, copy)) {
          const answer = await call(change({ target: gone }));
          expect([what, answer.ok ? 'done' : answer.error.kind]).toEqual([what, 'unreachable']);
        }
      });
    });

    describe('giving up', () => {
      it('answers cutOff at once, and does nothing when it was given up before', async () => {
        expectFailure(await stop(change({ signal: AbortSignal.abort() })), 'cutOff');
        expect(await service()).toMatchObject({ state: 'running' });
      });

      it('answers cutOff for a call in flight, whose outcome is then a matter of looking', async () => {
        const giveUp = new AbortController();
        const answer = stop(change({ signal: giveUp.signal }));
        giveUp.abort();
        expectFailure(await answer, 'cutOff');
        expect(['running', 'stopPending', 'stopped']).toContain((await service()).state);
      });

      it('answers cutOff to what is pending when the gateway is closed', async () => {
        const other = lab.connect();
        const answer = other.stopService(change(), lab.service.name);
        await other.close();
        expectFailure(await answer, 'cutOff');
        expect((await look()).ok).toBe(true);
      });
    });
  });
}
