import { describe, expect, it } from 'vitest';
import { bin, pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { extraTraits, setOf, traitOf } from '../../orchestrator/simulation/machines/traits.ts';
import { hour, minute, mondayAtFive, OneMachine, release } from './one-machine.ts';

const name = pcmService;
const home = `${bin}\\PCMSVC32.EXE`;
const elsewhere = 'C:\\SMS_PCM\\PCMSVC32.EXE';
const noon = mondayAtFive + 7 * hour;
const nextNoon = noon + 24 * hour;
const all = release.files.size;

const marked = (client: OneMachine): OneMachine => {
  client.call('mark');
  return client;
};
const refusal = (words: RegExp) => ({ error: { kind: 'failed', message: expect.stringMatching(words) } });
const pcm = (client: OneMachine) => client.look().services[0];

describe('the extra traits', () => {
  const clients = Array.from({ length: 20_000 }, (_, n) => `PC${n}`);

  it('are only in fleets that ask for them, and change no other client there', () => {
    const usual = clients.map((client) => traitOf('seed', client));
    expect(usual.filter((trait) => setOf(trait) === 'all')).toEqual([]);
    const changed = clients.filter((client, n) => traitOf('seed', client, 'all') !== usual[n]);
    expect(changed.every((client) => setOf(traitOf('seed', client, 'all')) === 'all')).toBe(true);
  });

  it.each(extraTraits)('give %s its share of a fleet with all traits', (trait) => {
    const share = clients.filter((client) => traitOf('seed', client, 'all') === trait).length / 20_000;
    expect(Math.abs(share - 1 / 3 / extraTraits.length)).toBeLessThan(0.005);
  });
});

describe('a client with a full disk', () => {
  it('gets no file of the release at any logon, and reports the missing file', () => {
    const { configuration } = marked(new OneMachine('diskFull')).until(nextNoon).look();
    expect(configuration).toMatch(/^SetupPhase=verify/im);
    expect(configuration).toMatch(/^FilesNotDownloaded=.*APPCTL32\.EXE/m);
  });

  it('gets no copied file until space is freed', () => {
    const blocked = new OneMachine('diskFullBlocked');
    expect(blocked.call('copyFile', { from: home, to: elsewhere })).toMatchObject(refusal(/error 112/));
    const freed = marked(new OneMachine('diskFullAtFirst')).until(noon);
    expect(freed.filesOfRelease()).toBe(0);
    expect(freed.until(nextNoon).filesOfRelease()).toBe(all);
  });
});

describe('the Load entry of a client', () => {
  it('downloads nothing when it starts Smsrun32 twice or never', () => {
    const [twice, never] = [new OneMachine('loadTwice'), new OneMachine('loadMissing')];
    for (const client of [twice, never]) expect(marked(client).until(nextNoon).filesOfRelease()).toBe(0);
    expect(twice.look().users[0]?.load?.match(/smsrun32/gi)).toHaveLength(2);
    expect(never.look().users[0]?.load).not.toMatch(/smsrun32/i);
    expect(never.look().transcript).toBeNull();
  });
});

describe('a second Smsrun32', () => {
  it('prevents a file of the first one, and does not run the next morning', () => {
    const client = marked(new OneMachine('secondInstance')).until(noon);
    expect(client.filesOfRelease()).toBeLessThan(all);
    expect(client.look().configuration).toMatch(/^SetupPhase=verify/im);
    expect(client.until(nextNoon).filesOfRelease()).toBe(all);
  });
});

describe('a client that needs two boots', () => {
  it('has a restart pending after the first one, and downloads nothing until the second', () => {
    const client = marked(new OneMachine('twoBoots'));
    expect(client.look().pendingRestart).toBe(false);
    client.call('restart');
    expect(client.until(noon).look().pendingRestart).toBe(true);
    expect(client.filesOfRelease()).toBe(0);
    client.call('restart');
    client.pass(hour);
    expect(client.look().pendingRestart).toBe(false);
    expect(client.filesOfRelease()).toBe(all);
    expect(client.machine.violations).toEqual([]);
  });
});

describe('a service that is slow to stop', () => {
  it('fails to stop after 30 seconds with error 2186, and is stopped minutes later', () => {
    const client = new OneMachine('slowStop');
    expect(client.call('stopService', { name })).toMatchObject(refusal(/2186/));
    expect(pcm(client)).toMatchObject({ state: 'stopPending' });
    expect(client.call('startService', { name })).toMatchObject(refusal(/1061/));
    client.pass(8 * minute);
    expect(pcm(client)).toMatchObject({ state: 'stopped' });
  });
});

describe('a service whose account has lost its right', () => {
  it('runs until it is stopped, and never starts again', () => {
    const client = new OneMachine('rightLost');
    expect(pcm(client)).toMatchObject({ state: 'running' });
    client.call('stopService', { name });
    expect(client.call('startService', { name })).toMatchObject(refusal(/1069/));
    client.call('restart');
    client.pass(10 * minute);
    expect(pcm(client)).toMatchObject({ state: 'stopped', startType: 'automatic' });
  });
});

describe('a client whose clock is an hour off', () => {
  it('reports every time an hour off', () => {
    const client = new OneMachine('clockOff').until(noon);
    const { at, bootedAt, users, transcript, processes } = client.look();
    expect(at).toBe(noon - hour);
    expect(bootedAt).toBe(client.machine.bootedAt - hour);
    expect(users[0]?.since).toBe((client.machine.session?.since ?? 0) - hour);
    expect(transcript?.at).toBe((client.machine.transcript?.at ?? 0) - hour);
    expect(processes[0]?.startedAt).toBe(bootedAt);
  });
});

describe('a power failure while Smsrun32 copies', () => {
  it('leaves half a file, and the next logon goes on', () => {
    const client = marked(new OneMachine('diesInMidCopy'));
    while (client.machine.power === 'on') client.pass(1000);
    while (client.machine.power === 'off') client.pass(1000);
    expect(client.look().configuration).toMatch(/^SetupPhase=upgrade\r$/im);
    const fresh = new Map(new OneMachine('free').look().files.map(({ name, sha256 }) => [name, sha256]));
    const isHalf = ({ name, sha256 }: { readonly name: string; readonly sha256: string | null }): boolean =>
      sha256 !== release.files.get(name)?.sha256 && sha256 !== fresh.get(name);
    expect(client.look().files.filter(isHalf)).toHaveLength(1);
    client.pass(hour * 24);
    expect(client.filesOfRelease()).toBe(all);
    expect(client.look().files.filter(isHalf)).toEqual([]);
  });
});

describe('a PCM service that another one needs', () => {
  it('names that service, and stops only after it', () => {
    const client = new OneMachine('pcmNeeded');
    expect(pcm(client)).toMatchObject({ neededBy: ['PACKAGE_MONITOR'] });
    expect(client.call('stopService', { name })).toMatchObject(refusal(/1051/));
    client.call('stopService', { name: 'PACKAGE_MONITOR' });
    expect(client.call('stopService', { name })).toMatchObject({ ok: true });
    expect(pcm(client)).not.toHaveProperty('neededBy');
    expect(client.call('startService', { name: 'PACKAGE_MONITOR' })).toMatchObject(refusal(/1068/));
  });

  it('is started with that service at the next boot, although it is manual', () => {
    const client = new OneMachine('pcmNeeded');
    client.call('configureService', { name, settings: { startType: 'manual' } });
    client.call('restart');
    client.pass(10 * minute);
    expect(pcm(client)).toMatchObject({ state: 'running', startType: 'manual' });
  });
});

describe('a client that is ahead of its fleet', () => {
  it('with service pack 3 downloads although its service runs out of BIN', () => {
    const client = new OneMachine('atSp3');
    expect(client.look().versionFile).toMatch(/3/);
    expect(client.look().processes).toHaveLength(1);
    expect(marked(client).until(noon).filesOfRelease()).toBe(all);
  });

  it('with the release has every file of it', () => {
    expect(new OneMachine('current').filesOfRelease()).toBe(all);
  });
});
