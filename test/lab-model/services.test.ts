import { describe, expect, it } from 'vitest';
import { isInside } from '../../orchestrator/simulation/machines/disk.ts';
import { bin, pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { hour, minute, OneMachine } from './one-machine.ts';

const home = `${bin}\\PCMSVC32.EXE`;
const elsewhere = 'C:\\SMS_PCM\\PCMSVC32.EXE';
const name = pcmService;

const service = (client: OneMachine) => client.look().services[0];

function moveTo(client: OneMachine, path: string): void {
  client.call('stopService', { name });
  client.call('copyFile', { from: home, to: path });
  client.call('configureService', { name, settings: { imagePath: path } });
}

describe('the service control manager of the lab', () => {
  it('runs the PCM service out of BIN from the start, in session 0, with its file locked', () => {
    const { processes, services, locked } = new OneMachine('pcmInBin').look();
    expect(processes).toMatchObject([{ session: 0, pid: services[0]?.pid }]);
    expect(processes[0]?.executable).toMatch(/^pcmsvc32\.exe$/i);
    expect(services).toMatchObject([{ name, startType: 'automatic', state: 'running' }]);
    expect(locked).toEqual(['pcmsvc32.exe']);
  });

  it('takes seconds to stop, and answers when the process is gone', () => {
    const client = new OneMachine('pcmInBin');
    const call = client.begin('stopService', { name });
    expect(service(client)).toMatchObject({ state: 'stopPending' });
    expect(client.answer(call)).toBeUndefined();
    client.pass(10_000);
    expect(client.answer(call)).toMatchObject({ ok: true });
    expect(service(client)).toMatchObject({ state: 'stopped', pid: null });
    expect(client.look().processes).toEqual([]);
  });

  it('refuses the opposite call while a service starts or stops', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name });
    expect(client.call('startService', { name })).toMatchObject({
      error: { kind: 'failed', message: expect.stringMatching(/1061/) },
    });
  });

  it('does not start a service that is disabled or has no file', () => {
    const client = new OneMachine('pcmInBin');
    client.call('stopService', { name });
    client.call('configureService', { name, settings: { startType: 'disabled' } });
    expect(client.call('startService', { name })).toMatchObject({
      error: { message: expect.stringMatching(/1058/) },
    });
    client.call('configureService', { name, settings: { startType: 'manual', imagePath: elsewhere } });
    expect(client.call('startService', { name })).toMatchObject({
      error: { message: expect.stringMatching(/error 2:/) },
    });
  });

  it('does not stop a service that another one needs', () => {
    const client = new OneMachine('pcmInBin');
    expect(client.call('stopService', { name: 'LanmanWorkstation' })).toMatchObject({
      error: { message: expect.stringMatching(/1051/) },
    });
  });

  it('runs a moved service from its new directory, so that BIN is free', () => {
    const client = new OneMachine('pcmInBin');
    moveTo(client, elsewhere);
    expect(client.call('startService', { name })).toMatchObject({ ok: true });
    expect(client.look().processes).toEqual([]);
    expect(service(client)).toMatchObject({ state: 'running', imagePath: elsewhere });
  });

  it('refuses to overwrite or remove the file of a running service', () => {
    const client = new OneMachine('pcmInBin');
    const copy = client.call('copyFile', { from: `${bin}\\PCM32R.DLL`, to: home });
    expect(copy).toMatchObject({ error: { kind: 'failed', message: expect.stringMatching(/error 32/) } });
    expect(client.call('removeFile', { path: home })).toMatchObject({
      error: { message: expect.stringMatching(/error 32/) },
    });
  });

  it('starts automatic services before the first logon, and no manual ones', () => {
    const client = new OneMachine('pcmInBin');
    const before = client.look();
    client.call('restart');
    client.pass(10 * minute);
    const after = client.look();
    expect(after.bootId).not.toBe(before.bootId);
    expect(after.users).toEqual([]);
    expect(after.processes).toMatchObject([{ startedAt: after.bootedAt }]);

    client.call('configureService', { name, settings: { startType: 'manual' } });
    client.call('restart');
    client.pass(10 * minute);
    expect(client.look().processes).toEqual([]);
    expect(service(client)).toMatchObject({ state: 'stopped', startType: 'manual' });
  });
});

describe('a PCM service that will not start from another directory', () => {
  it('fails after 30 seconds with error 1053, and starts in its old directory again', () => {
    const client = new OneMachine('staysHome');
    moveTo(client, elsewhere);
    const call = client.begin('startService', { name });
    client.pass(29_000);
    expect(service(client)).toMatchObject({ state: 'startPending' });
    client.pass(2_000);
    expect(client.answer(call)).toMatchObject({
      error: { kind: 'failed', message: expect.stringMatching(/1053/) },
    });
    expect(service(client)).toMatchObject({ state: 'stopped', pid: null });

    client.call('configureService', { name, settings: { imagePath: home } });
    expect(client.call('startService', { name })).toMatchObject({ ok: true });
  });

  it('does not start from there at a restart either', () => {
    const client = new OneMachine('staysHome');
    moveTo(client, elsewhere);
    client.call('restart');
    client.pass(10 * minute);
    expect(service(client)).toMatchObject({ state: 'stopped', startType: 'automatic' });
  });
});

describe('a PCM service that runs a package', () => {
  it('refuses to stop until the package is done', () => {
    const client = new OneMachine('pcmBusy');
    expect(client.look().packageRunning).toBe(true);
    const refusal = { error: { kind: 'failed', message: expect.stringMatching(/Job still running/) } };
    expect(client.call('stopService', { name })).toMatchObject(refusal);
    expect(service(client)).toMatchObject({ state: 'running' });
    client.pass(5 * hour);
    expect(client.call('stopService', { name })).toMatchObject(refusal);
    client.pass(16 * hour);
    expect(client.look().packageRunning).toBe(false);
    expect(client.call('stopService', { name })).toMatchObject({ ok: true });
  });
});

describe('a free client', () => {
  it('has its PCM service elsewhere, or a manual one in BIN, so that nothing runs out of BIN', () => {
    const clients = Array.from({ length: 40 }, (_, n) => new OneMachine('free', `PC${n}`));
    const found = clients.map((client) => {
      expect(client.look().processes).toEqual([]);
      const pcm = service(client);
      return pcm === undefined ? 'none' : `${pcm.startType}, in BIN: ${isInside(pcm.imagePath, bin)}`;
    });
    expect(new Set(found)).toEqual(new Set(['none', 'automatic, in BIN: false', 'manual, in BIN: true']));
  });
});
