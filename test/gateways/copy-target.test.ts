import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PreImage } from '../../shared/domain/observation/observation.ts';
import type { StepName } from '../../shared/domain/remediation/procedure.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { type Gateway, targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { recordService, serviceSteps } from '../../shared/execution/remediation/relocate.ts';
import { fileSteps, recordFiles } from '../../shared/execution/remediation/swap.ts';
import { valueOf } from '../contract/contract-clients.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { rules } from '../domain/given.ts';
import { patienceMs } from '../environment/patience.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/**
 * The place of a copy is checked while the service runs. A folder that is the component directory
 * by another name would have the way back remove the service's only file, by its hash.
 */
const keys = makeSshKeys();
const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const home = 'c:\\ms\\sms\\bin\\pcmsvc32.exe';
const signal = AbortSignal.timeout(patienceMs);
const plain = { sha256: 'a'.repeat(64), size: 7, text: 'planted' };

let lab: OneMachine;
let gateway: Gateway;
let commands: string[];

beforeEach(async () => {
  commands = [];
  const commanded = (line: string): void => void commands.push(line);
  const hear = { commanded, connected: () => undefined, askedForFile: () => undefined };
  lab = await openOneMachine('pcmInBin', keys, { hear });
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
});
afterEach(async () => {
  await gateway.close();
  await lab.close();
});

/** @param to where the profile moves the service */
function contextOf(to = 'C:\\SMS_PCM'): StepContext {
  const known = Object.entries(rules.product.relocatable).map(
    ([service, how]) => [service, { ...how, to }] as const,
  );
  const moved: Rules = { ...rules, product: { ...rules.product, relocatable: Object.fromEntries(known) } };
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const target = targetOf({ client: lab.client, host: '127.0.0.1', port: lab.server.port, hostKeys });
  return {
    gateway,
    rules: moved,
    change: { target, fence: { counter: 1, owner: 'driver' }, signal },
    clock: { now: () => Date.now(), realDelay: () => 0 },
    releaseFolder: { pathOf: () => Promise.reject(new Error('no file is brought')) },
  } as unknown as StepContext;
}

const record = (to?: string) => recordService(contextOf(to), 'relocation', name);
const hashAt = (path: string): string | undefined =>
  (lab.machine.disk.changes.get(path) ?? lab.machine.disk.base.get(path))?.sha256;

describe('nothing is stopped, and the reason is told, where the service is to be moved to', () => {
  const refusals: readonly [string, string, () => void, RegExp][] = [
    [
      'a junction to the component directory whose attributes do not show it',
      'C:\\SMS_PCM',
      () => (lab.machine.aliases = new Map([['c:\\sms_pcm', 'C:\\MS\\SMS\\BIN']])),
      /C:\\SMS_PCM is C:\\MS\\SMS\\BIN by another name/,
    ],
    [
      'a drive that subst has made of a folder above it',
      'X:\\BIN',
      () => (lab.machine.aliases = new Map([['x:', 'C:\\MS\\SMS']])),
      /X:\\BIN is C:\\MS\\SMS\\BIN by another name/,
    ],
    [
      'a new folder inside it',
      'X:\\BIN\\PCM',
      () => (lab.machine.aliases = new Map([['x:', 'C:\\MS\\SMS']])),
      /X:\\BIN\\PCM is C:\\MS\\SMS\\BIN by another name/,
    ],
    [
      'a folder below a link',
      'C:\\LINK\\SMS_PCM',
      () => {
        lab.machine.disk.changes.set('c:\\link\\a.txt', plain);
        lab.machine.links = new Set(['c:\\link']);
      },
      /C:\\LINK is a link/,
    ],
    [
      'the name of a file',
      'C:\\SMS_PCM',
      () => lab.machine.disk.changes.set('c:\\sms_pcm', plain),
      /C:\\SMS_PCM is no folder/,
    ],
    [
      'a folder with a file of somebody else',
      'C:\\SMS_PCM',
      () => lab.machine.disk.changes.set('c:\\sms_pcm\\planted.dll', plain),
      /holds PLANTED\.DLL, which servpack did not bring/,
    ],
    [
      'a full disk',
      'C:\\SMS_PCM',
      () => (lab.machine.diskFullUntil = Number.MAX_SAFE_INTEGER),
      /there is not enough space in C:\\SMS_PCM: \d+ bytes are needed, and 0 are free/,
    ],
  ];
  test.each(refusals)('%s', async (_what, to, prepare, reason) => {
    prepare();
    const before = hashAt(home);
    const answer = await record(to);
    expect(answer).toMatchObject({
      ok: false,
      error: { kind: 'failed', message: expect.stringMatching(reason) },
    });
    expect(lab.machine.services.find((each) => each.name === name)?.state).toBe('running');
    expect(commands.join('\n')).not.toContain('sc stop');
    expect(hashAt(home)).toBe(before);
    expect(
      [...lab.machine.disk.changes].filter(([path, now]) => path.includes('servpack.') && now !== null),
    ).toEqual([]);
  });
});

describe('the way back', () => {
  const take = async (preImage: PreImage, ...steps: readonly StepName[]): Promise<void> => {
    for (const step of steps) valueOf((await serviceSteps[step]?.(contextOf(), name, preImage)) as never);
  };

  test('keeps the original where the new folder has become another name of its folder', async () => {
    const preImage = valueOf(await record()) as PreImage;
    await take(preImage, 'stop', 'copy', 'protect', 'repoint');
    lab.machine.aliases = new Map([['c:\\sms_pcm', 'C:\\MS\\SMS\\BIN']]);
    const before = hashAt(home);
    await take(preImage, 'pointBack', 'removeCopy', 'startAgain');
    expect(hashAt(home)).toBe(before);
    expect(before).toBe(preImage.sha256);
  });

  test('keeps a file that was there before, though it has the hash of the copy', async () => {
    const original = hashAt(home) ?? '';
    lab.machine.disk.changes.set('c:\\sms_pcm\\pcmsvc32.exe', { ...plain, sha256: original });
    const preImage = valueOf(await record()) as PreImage;
    expect(preImage.found).toBe(true);
    await take(preImage, 'stop', 'copy', 'protect', 'repoint', 'stop', 'pointBack', 'removeCopy');
    expect(hashAt('c:\\sms_pcm\\pcmsvc32.exe')).toBe(original);
  });

  test('removes the copy that servpack has made', async () => {
    const preImage = valueOf(await record()) as PreImage;
    expect(preImage.found).toBeUndefined();
    await take(preImage, 'stop', 'copy', 'protect', 'repoint', 'stop', 'pointBack', 'removeCopy');
    expect(hashAt('c:\\sms_pcm\\pcmsvc32.exe')).toBeUndefined();
  });
});

describe('the folders of a swap', () => {
  const files = { 'pcm32r.dll': 'b'.repeat(64) };
  const swapping = (staging: string, backup: string): StepContext => {
    const context = contextOf();
    const swap = { service: null, staging, backup, settleMs: 0, keepsBackup: false };
    return {
      ...context,
      rules: { ...context.rules, files, product: { ...context.rules.product, swap } },
      releaseFolder: { pathOf: () => Promise.resolve({ ok: true, value: '' }) },
    } as unknown as StepContext;
  };

  test.each([
    ['X:\\BIN', 'C:\\OLD'],
    ['C:\\NEW', 'X:\\BIN\\OLD'],
  ])(
    '%s and %s are refused where one is the component directory by another name',
    async (staging, backup) => {
      lab.machine.aliases = new Map([['x:', 'C:\\MS\\SMS']]);
      expect(await recordFiles(swapping(staging, backup))).toMatchObject({
        ok: false,
        error: { kind: 'failed', message: expect.stringContaining('is C:\\MS\\SMS\\BIN by another name') },
      });
    },
  );

  test('lose no component when they have become other names of its directory', async () => {
    const preImage = valueOf(await recordFiles(swapping('C:\\NEW', 'C:\\OLD')));
    if (preImage === null) throw new Error('a file differs');
    lab.machine.disk.changes.set('c:\\ms\\sms\\bin\\pcm32r.dll', { ...plain, sha256: 'b'.repeat(64) });
    lab.machine.aliases = new Map([['c:\\new', 'C:\\MS\\SMS\\BIN']]);
    valueOf((await fileSteps.removeStaged?.(swapping('C:\\NEW', 'C:\\OLD'), preImage)) as never);
    expect(hashAt('c:\\ms\\sms\\bin\\pcm32r.dll')).toBe('b'.repeat(64));
  });
});
