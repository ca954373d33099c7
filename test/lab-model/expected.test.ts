import { describe, expect, it } from 'vitest';
import { expectedOf, halfMoved, type Policy, type ReportedEnd, verdict } from '../lab/expected.ts';
import { bin, pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { type ClientTruth, type FleetTruth, truthOf } from '../lab/fleet/truth.ts';
import { hour, minute, OneMachine, release } from './one-machine.ts';

const relocation: Policy = { relocation: true, workaround: false };
const workaround: Policy = { relocation: false, workaround: true };
const neither: Policy = { relocation: false, workaround: false };

const home = `${bin}\\PCMSVC32.EXE`;
const moved = 'C:\\SMS_PCM\\PCMSVC32.EXE';
const name = pcmService;

function fleetOf(...clients: readonly ClientTruth[]): FleetTruth {
  const hashes = [...release.files].map(([file, { sha256 }]) => [file.toLowerCase(), sha256] as const);
  return { now: 0, release: Object.fromEntries(hashes), clients };
}

const judged = (client: OneMachine, end: ReportedEnd | null, policy = relocation) =>
  verdict(fleetOf(truthOf(client.machine)), [{ client: client.machine.row.client, end }], policy);

function upgrade(client: OneMachine): OneMachine {
  client.call('mark');
  return client.pass(30 * hour);
}

function relocate(client: OneMachine): OneMachine {
  client.call('stopService', { name });
  client.call('copyFile', { from: home, to: moved });
  client.call('protectDirectory', { path: 'C:\\SMS_PCM', allowed: null });
  client.call('configureService', { name, settings: { imagePath: moved } });
  client.call('startService', { name });
  return client;
}

describe('the expected end', () => {
  const table: readonly (readonly [Trait, Policy, ReportedEnd, 'asBefore' | 'relocated'])[] = [
    ['free', neither, 'upgraded', 'asBefore'],
    ['userProgram', relocation, 'upgraded', 'asBefore'],
    ['offlineForDays', relocation, 'upgraded', 'asBefore'],
    ['pcmInBin', relocation, 'upgraded', 'relocated'],
    ['pcmBusy', relocation, 'upgraded', 'relocated'],
    ['pcmInBin', workaround, 'upgraded', 'asBefore'],
    ['pcmInBin', neither, 'needsAttention', 'asBefore'],
    ['staysHome', relocation, 'needsAttention', 'asBefore'],
    ['staysHome', workaround, 'upgraded', 'asBefore'],
    ['fileMissing', relocation, 'failed', 'asBefore'],
    ['neverComesBack', relocation, 'failed', 'asBefore'],
    ['server', relocation, 'excluded', 'asBefore'],
  ];

  it.each(table)(
    'of a client with the trait %s under %o is %s, with its service %s',
    (trait, policy, end, service) => {
      expect(expectedOf(trait, policy)).toMatchObject({ end, service });
    },
  );
});

describe('the verdict of the lab finds nothing wrong when', () => {
  it('a free client was upgraded, and a blocked one relocated first', () => {
    expect(judged(upgrade(new OneMachine('free')), 'upgraded')).toEqual([]);
    expect(judged(upgrade(relocate(new OneMachine('pcmInBin'))), 'upgraded')).toEqual([]);
  });

  it('a service was put back exactly as it was', () => {
    const client = relocate(new OneMachine('staysHome'));
    client.call('configureService', { name, settings: { imagePath: home } });
    client.call('startService', { name });
    client.call('removeFile', { path: moved });
    expect(judged(client, 'needsAttention')).toEqual([]);
  });

  it('a machine never came back, or a server was not changed', () => {
    const client = new OneMachine('neverComesBack');
    client.call('mark');
    client.call('restart');
    expect(judged(client.pass(hour), 'failed')).toEqual([]);
    expect(judged(new OneMachine('server'), 'excluded')).toEqual([]);
  });
});

describe('the verdict of the lab reports that', () => {
  const said = (faults: readonly string[]) => faults.join('\n');

  it('an end is not the expected one, is missing, or belongs to no client of the fleet', () => {
    expect(said(judged(new OneMachine('fileMissing'), 'upgraded'))).toContain(
      'reported as upgraded, must be failed',
    );
    expect(said(judged(new OneMachine('fileMissing'), null))).toContain(
      'reported as not ended, must be failed',
    );
    const truth = fleetOf(truthOf(new OneMachine('server').machine));
    expect(verdict(truth, [], relocation)).toEqual([
      'PC0001 (server): is not in the report, must be excluded',
    ]);
    const rows = ['PC0001', 'PC0001', 'GHOST'].map((client) => ({ client, end: 'excluded' as const }));
    expect(verdict(truth, rows, relocation)).toEqual([
      'GHOST: reported, but there is no such machine',
      'PC0001: reported more than once',
    ]);
  });

  it('success was reported without the files', () => {
    const client = new OneMachine('free');
    client.call('mark');
    const faults = said(judged(client, 'upgraded'));
    expect(faults).toMatch(/not the release's: .*csdver\.sms/);
    expect(faults).toContain('its SetupPhase is upgrade');
  });

  it('a service is not as it was: path, start type, or not running', () => {
    const started = () => new OneMachine('staysHome');
    const [manual, stopped] = [started(), started()];
    manual.call('configureService', { name, settings: { startType: 'manual' } });
    stopped.call('stopService', { name });
    expect(said(judged(manual, 'needsAttention'))).toMatch(/is not as it was: .*, manual, /);
    expect(said(judged(stopped, 'needsAttention'))).toMatch(/is not as it was: .*, stopped/);
  });

  it('a file of an undone relocation was left behind', () => {
    const client = new OneMachine('staysHome');
    client.call('copyFile', { from: home, to: moved });
    expect(said(judged(client, 'needsAttention'))).toContain('left behind: c:\\sms_pcm\\pcmsvc32.exe');
  });

  it('a relocation did not happen, does not run, is not protected, or copied something else', () => {
    expect(said(judged(new OneMachine('pcmInBin'), 'upgraded'))).toContain('0 services were relocated');
    const client = relocate(new OneMachine('pcmInBin'));
    client.call('stopService', { name });
    client.call('copyFile', { from: `${bin}\\PCM32R.DLL`, to: moved });
    client.machine.permissions = new Map();
    const faults = said(judged(upgrade(client), 'upgraded'));
    expect(faults).toMatch(/must be .*runs from c:\\sms_pcm\\pcmsvc32\.exe and is .*stopped/);
    expect(faults).toContain('is not protected');
    expect(faults).toContain('is not the file it was copied from');
  });

  it('a service is neither as it was nor relocated, whatever the end', () => {
    const client = new OneMachine('pcmInBin');
    expect(halfMoved(truthOf(client.machine))).toEqual([]);
    expect(halfMoved(truthOf(relocate(new OneMachine('pcmInBin')).machine))).toEqual([]);
    client.call('stopService', { name });
    expect(said(halfMoved(truthOf(client.machine)))).toMatch(/is not as it was: .*, stopped/);
    const repointed = new OneMachine('pcmInBin');
    repointed.call('configureService', { name, settings: { imagePath: moved } });
    expect(said(halfMoved(truthOf(repointed.machine)))).toMatch(/is not as it was: .*c:\\sms_pcm/);
  });

  it('the account of a relocated service was lost', () => {
    const client = upgrade(relocate(new OneMachine('pcmInBin')));
    client.machine.services = client.machine.services.map((service) => ({ ...service, account: 'somebody' }));
    expect(said(judged(client, 'upgraded'))).toContain('somebody');
  });

  it('a server was changed', () => {
    const client = new OneMachine('server');
    client.call('notify', { text: 'x' });
    expect(said(judged(client, 'excluded'))).toContain('a server, and something was changed on it');
  });

  it('a procedure is unfinished, or two drivers changed a client at once', () => {
    const client = upgrade(new OneMachine('free')).pass(minute);
    const [service] = client.machine.services;
    const preImage = { service, sha256: 'ab', from: home, to: moved };
    const intent = { kind: 'relocation', campaign: 'c', direction: 'forward', step: 'stop', preImage };
    client.call('writeIntent', { intent });
    client.begin('runUpdate', {}, { counter: 2, owner: 'a' });
    client.machine.violations = [{ kind: 'twoDrivers', at: 0, owners: ['a', 'b'] }];
    const faults = said(judged(client, 'upgraded'));
    expect(faults).toContain('an unfinished relocation stands on it');
    expect(faults).toContain('two drivers at once: a and b');
  });

  it('a client with the trait staysHome was upgraded without the whole release', () => {
    const client = new OneMachine('staysHome');
    expect(said(judged(client, 'upgraded'))).toContain("not the release's");
  });
});
