import { settingIn } from '../../orchestrator/simulation/machines/sms-ini-file.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ContractClients,
  everyChange,
  expectFailure,
  intentOf,
  swapIntentOf,
  valueOf,
} from './contract-clients.ts';
import { fileContract } from './gateway-files.contract.ts';
import { gatewayCalls } from './gateway-calls.ts';
import { serviceContract } from './gateway-services.contract.ts';
import { patienceMs } from '../environment/patience.ts';

/**
 * What every gateway must do, simulated or real.
 *
 * @param makeClients makes new clients for each test
 * @param deadlineMs a restart, the slowest call, must be over by then
 */
export function gatewayContract(
  name: string,
  makeClients: () => Promise<ContractClients>,
  deadlineMs = patienceMs,
): void {
  describe(`${name}: the gateway contract`, () => {
    let clients: ContractClients;
    beforeEach(async () => {
      clients = await makeClients();
    });
    afterEach(() => clients.close());

    const lab = (): ContractClients => clients;
    const calls = gatewayCalls(lab, deadlineMs);
    const { copy, signal, by, change, look, seen, service, hash, stop, orderRestart, afterRestart } = calls;

    serviceContract(calls);
    fileContract(calls);

    describe('a look', () => {
      it('reports what runs out of the component directory, and which service it is', async () => {
        const { processes, services, locked } = await seen();
        expect(processes.map(({ imagePath }) => imagePath.toLowerCase())).toEqual([
          lab().service.executable.toLowerCase(),
        ]);
        expect(services).toHaveLength(1);
        expect(services[0]).toMatchObject({ state: 'running', pid: processes[0]?.pid });
        expect(locked).toContain(processes[0]?.executable.toLowerCase());
      });

      it('reports every file that it is asked for', async () => {
        const { files } = await seen();
        expect(files.map((file) => file.name)).toEqual([lab().file, 'NO.SUCH']);
        expect(files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(files[1]).toEqual({ name: 'NO.SUCH', sha256: null });
      });

      it('changes nothing', async () => {
        const [first, second] = [await seen(), await seen()];
        expect({ ...second, at: 0, freeBytes: 0 }).toEqual({ ...first, at: 0, freeBytes: 0 });
      });
    });

    describe('a mark', () => {
      it('leaves the client marked, and changes nothing else', async () => {
        const before = await seen();
        expect(valueOf(await lab().gateway.mark(change(), lab().methods.mark)).exitCode).toBe(0);
        const after = await seen();
        expect(settingIn(after.configuration ?? '', 'SetupPhase')).toMatch(/^UPGRADE$/i);
        expect(after.files).toEqual(before.files);
      });

      it('is taken back, also when it is taken back already', async () => {
        const before = await seen();
        valueOf(await lab().gateway.mark(change(), lab().methods.mark));
        valueOf(await lab().gateway.unmark(change(), lab().methods.phase));
        valueOf(await lab().gateway.unmark(change(), lab().methods.phase));
        const after = await seen();
        expect(settingIn(after.configuration ?? '', 'SetupPhase')).toMatch(/^INSTALLED$/i);
        expect(after.files).toEqual(before.files);
      });
    });

    describe('a direct run of the update', () => {
      const run = async () => valueOf(await lab().gateway.runUpdate(change(), lab().methods.run));

      it('marks a blocked client, brings nothing, and its transcript says what is active', async () => {
        const before = await seen();
        const { exitCode, output } = await run();
        expect(exitCode).toBe(0);
        // The words of Q168463, in which "Verifying" does not mean success.
        expect(output).toMatch(/Client executable active: pcmsvc32\.exe/i);
        expect(output).toMatch(/Client component files will not be overwritten or removed\./i);
        const after = await seen();
        expect(settingIn(after.configuration ?? '', 'SetupPhase')).toMatch(/^UPGRADE$/i);
        expect(after.files).toEqual(before.files);
      });

      it('returns when the files of a free client are there, and leaves its phase installed', async () => {
        const before = await seen();
        valueOf(await stop());
        const { exitCode, output } = await run();
        expect(exitCode).toBe(0);
        expect(output).not.toMatch(/Client executable active/i);
        const after = await seen();
        expect(settingIn(after.configuration ?? '', 'SetupPhase')).toMatch(/^INSTALLED$/i);
        expect(after.files[0]).toMatchObject({ name: lab().file });
        expect(after.files[0]?.sha256).not.toBe(before.files[0]?.sha256);
      });
    });

    describe('a restart', () => {
      it('gives the client another boot, later than the one before', async () => {
        const before = await seen();
        await orderRestart();
        const after = await afterRestart(before);
        expect(after.bootedAt).toBeGreaterThan(before.bootedAt);
        expect(after.services).toMatchObject([{ state: 'running' }]);
      });
    });

    describe('the intent', () => {
      it('is read as it was written, stands in a look, survives a restart, and is removed', async () => {
        const readIntent = async () => valueOf(await lab().gateway.readIntent(lab().target, signal()));
        const intent = intentOf(await service(), (await hash(lab().service.executable)) ?? '', copy());
        expect(await readIntent()).toBeNull();
        valueOf(await lab().gateway.writeIntent(change(), intent));
        expect(await readIntent()).toEqual(intent);
        const before = await seen();
        expect(before.intent).toEqual(intent);
        await orderRestart();
        expect((await afterRestart(before)).intent).toEqual(intent);
        valueOf(await lab().gateway.writeIntent(change(), null));
        expect(await readIntent()).toBeNull();
      });

      it('holds 300 files, more than a line of cmd.exe, and is replaced by a short one', async () => {
        const readIntent = async () => valueOf(await lab().gateway.readIntent(lab().target, signal()));
        const sha256 = (await hash(lab().service.executable)) ?? '';
        const many = swapIntentOf(300, sha256);
        valueOf(await lab().gateway.writeIntent(change(), many));
        expect(await readIntent()).toEqual(many);
        const further = { ...many, step: 'place' };
        valueOf(await lab().gateway.writeIntent(change(), further));
        expect((await seen()).intent).toEqual(further);
        const short = intentOf(await service(), sha256, copy());
        valueOf(await lab().gateway.writeIntent(change(), short));
        expect(await readIntent()).toEqual(short);
        valueOf(await lab().gateway.writeIntent(change(), null));
      });
    });

    describe('the fence', () => {
      it('refuses an older driver and another one of the same counter, and nothing is changed', async () => {
        valueOf(await lab().gateway.notify(change({ fence: by('newer', 1) }), 'soon'));
        expectFailure(await stop(change({ fence: by('driver') })), 'fenced');
        expectFailure(await stop(change({ fence: by('twin', 1) })), 'fenced');
        expect(await service()).toMatchObject({ state: 'running' });
      });

      it('guards every changing call', async () => {
        valueOf(await lab().gateway.notify(change({ fence: by('newer', 1) }), 'soon'));
        for (const [what, call] of everyChange(lab(), copy())) {
          const answer = await call(change());
          expect([what, answer.ok ? 'done' : answer.error.kind]).toEqual([what, 'fenced']);
        }
      });

      it('lets the same driver and newer drivers pass', async () => {
        for (const fence of [by('newer', 1), by('newer', 1), by('newest', 2)]) {
          expect(await lab().gateway.notify(change({ fence }), 'soon')).toMatchObject({ ok: true });
        }
      });
    });

    describe('a client that is switched off', () => {
      it('is unreachable for every call', async () => {
        const { gone, gateway } = lab();
        expectFailure(await look(gone), 'unreachable');
        expectFailure(await gateway.readService(gone, lab().service.name, signal()), 'unreachable');
        expectFailure(await gateway.hashFile(gone, copy(), signal()), 'unreachable');
        expectFailure(await gateway.readIntent(gone, signal()), 'unreachable');
        for (const [what, call] of everyChange(lab(), copy())) {
          const answer = await call(change({ target: gone }));
          expect([what, answer.ok ? 'done' : answer.error.kind]).toEqual([what, 'unreachable']);
        }
      });
    });

    describe('a call that is aborted', () => {
      it('answers cutOff at once, and does nothing when it is aborted before it begins', async () => {
        expectFailure(await stop(change({ signal: AbortSignal.abort() })), 'cutOff');
        expect(await service()).toMatchObject({ state: 'running' });
      });

      it('answers cutOff when it is in flight, and its outcome is unknown', async () => {
        const aborting = new AbortController();
        const answer = stop(change({ signal: aborting.signal }));
        aborting.abort();
        expectFailure(await answer, 'cutOff');
        expect(['running', 'stopPending', 'stopped']).toContain((await service()).state);
      });

      it('answers cutOff when it is pending while the gateway closes', async () => {
        const other = lab().connect();
        const answer = other.stopService(change(), lab().service.name);
        await other.close();
        expectFailure(await answer, 'cutOff');
        expect((await look()).ok).toBe(true);
      });
    });
  });
}
