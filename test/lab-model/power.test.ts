import { describe, expect, it } from 'vitest';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { hour, minute, OneMachine } from './one-machine.ts';

const unreachable = { ok: false, error: { kind: 'unreachable' } };
const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };

const intent = {
  kind: 'relocation',
  campaign: 'c',
  direction: 'forward',
  step: 'stop',
  preImage: {
    service: {
      name: pcmService,
      imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
      startType: 'automatic',
      state: 'running',
      pid: 100,
      account: 'LocalSystem',
      dependsOn: [],
    },
    sha256: 'ab',
    from: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
    to: 'C:\\SMS_PCM\\PCMSVC32.EXE',
  },
};

describe('a file that waits to be replaced at the next start', () => {
  const to = 'C:\\MS\\SMS\\BIN\\PCM32R.DLL';
  const from = 'C:\\STAGE\\PCM32R.DLL';
  const hashOf = (client: OneMachine, path: string) => client.call('hashFile', { path });

  it('is unchanged with a restart pending until then, and is the new file afterwards', () => {
    const client = new OneMachine('free');
    client.call('uploadFile', { to: from, base64: Buffer.from('newer').toString('base64') });
    const [before, staged] = [hashOf(client, to), hashOf(client, from)];
    expect(client.call('replaceAtRestart', { from, to })).toEqual({ ok: true, value: undefined });
    expect(hashOf(client, to)).toEqual(before);
    expect(client.look().pendingRestart).toBe(true);
    client.call('restart');
    client.pass(hour);
    expect(hashOf(client, to)).toEqual(staged);
    expect(hashOf(client, from)).toMatchObject({ value: null });
    expect(client.look().pendingRestart).toBe(false);
  });

  it('is refused when the new file does not exist', () => {
    const client = new OneMachine('free');
    expect(client.call('replaceAtRestart', { from, to })).toMatchObject({ error: { kind: 'failed' } });
  });
});

describe('a restart of a machine in the lab', () => {
  it('is taken at once, takes minutes, and brings another boot id', () => {
    const client = new OneMachine('free');
    const before = client.look();
    expect(client.call('restart')).toMatchObject({ ok: true });
    expect(client.look()).toMatchObject({ bootId: before.bootId, pendingRestart: true });
    client.pass(minute);
    expect(client.call('look', { request })).toMatchObject(unreachable);
    client.pass(9 * minute);
    const after = client.look();
    expect(after.bootId).not.toBe(before.bootId);
    expect(after.bootedAt).toBeGreaterThan(before.at);
    expect(after.pendingRestart).toBe(false);
  });

  it('is refused while another restart is under way, and counts once', () => {
    const client = new OneMachine('free');
    client.call('restart');
    expect(client.call('restart')).toMatchObject({
      error: { kind: 'failed', message: expect.stringMatching(/1115/) },
    });
    expect(client.machine.restarts).toHaveLength(1);
  });

  it('leaves a call that waited for the machine without an answer', () => {
    const client = new OneMachine('staysHome');
    client.call('stopService', { name: pcmService });
    const path = 'C:\\SMS_PCM\\PCMSVC32.EXE';
    client.call('copyFile', { from: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE', to: path });
    client.call('configureService', { name: pcmService, settings: { imagePath: path } });
    const start = client.begin('startService', { name: pcmService });
    client.call('restart');
    client.pass(20_000);
    expect(client.answer(start)).toMatchObject({ error: { kind: 'cutOff' } });
  });

  it('starts a service that was starting when the machine went down', () => {
    const client = new OneMachine('pcmInBin');
    client.call('stopService', { name: pcmService });
    client.call('restart');
    const down = client.machine.agenda.find(({ what }) => what === 'down');
    client.until((down?.at ?? 0) - 100);
    client.begin('startService', { name: pcmService });
    client.pass(10 * minute);
    const { services, processes } = client.look();
    expect(services).toMatchObject([{ state: 'running', pid: processes[0]?.pid }]);
    expect(processes).toHaveLength(1);
  });

  it('keeps the intent and the changes', () => {
    const client = new OneMachine('pcmInBin');
    client.call('writeIntent', { intent });
    client.call('copyFile', { from: intent.preImage.from, to: intent.preImage.to });
    client.call('restart');
    client.pass(10 * minute);
    expect(client.look().intent).toEqual(intent);
    expect(client.call('hashFile', { path: 'c:\\sms_pcm\\pcmsvc32.exe' })).toMatchObject({
      value: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    client.call('writeIntent', { intent: null });
    expect(client.look().intent).toBeNull();
  });
});

describe('a machine that never comes back', () => {
  it('takes the restart and is never reachable again', () => {
    const client = new OneMachine('neverComesBack');
    client.call('mark');
    expect(client.call('restart')).toMatchObject({ ok: true });
    client.pass(minute);
    expect(client.call('look', { request })).toMatchObject(unreachable);
    client.pass(60 * 24 * hour);
    expect(client.call('look', { request })).toMatchObject(unreachable);
  });

  it('has no user who logs on', () => {
    const client = new OneMachine('neverComesBack');
    client.call('mark');
    client.pass(7 * 24 * hour);
    expect(client.filesOfRelease()).toBe(0);
  });
});

describe('a machine that is offline for days', () => {
  it('is unreachable for 2 to 3 days and free afterwards', () => {
    const client = new OneMachine('offlineForDays');
    expect(client.call('mark')).toMatchObject(unreachable);
    client.pass(48 * hour);
    expect(client.call('look', { request })).toMatchObject(unreachable);
    client.pass(24 * hour);
    expect(client.look().processes).toEqual([]);
    client.call('mark');
    client.pass(24 * hour);
    expect(client.filesOfRelease()).toBe(4);
  });
});
