import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ClientLook } from '../../shared/products/client-look.ts';
import { readObservation } from '../../shared/execution/observation/read-observation.ts';
import { quietLook, smsProfile } from './given.ts';

const observe = (look: Partial<ClientLook>) =>
  readObservation(smsProfile(), { ...quietLook, ...look }, 'e'.repeat(64));

test('an observation of a quiet client', () => {
  expect(observe({})).toEqual({
    at: 1_000_000,
    bootId: 'boot-7',
    bootedAt: 900_000,
    role: 'workstation',
    logonServer: 'LS-ROM',
    setupPhase: 'installed',
    filesNotDownloaded: [],
    files: {},
    processes: [],
    locked: [],
    services: [],
    users: [],
    load: 'nobodyLoggedOn',
    packageRunning: false,
    pendingRestart: false,
    servicePack: 2,
    transcript: null,
    intent: null,
    evidence: 'e'.repeat(64),
  });
});

test('an observation of a blocked client at work', () => {
  const process = {
    pid: 81,
    executable: 'PCMSVC32.EXE',
    imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
    session: 0,
    user: 'SYSTEM',
    startedAt: 1,
  };
  const observation = observe({
    configuration: '[local]\nsetupphase=verifying_files\n[workstationstatus]\nfilesnotdownloaded=SM32.HLP',
    transcript: {
      at: 950_000,
      text: 'Reading configuration......\nClient executable active: PCMSVC32.EXE\nHm?\n',
    },
    versionFile: null,
    processes: [process],
    locked: ['PCMSVC32.EXE', 'PCM32R.DLL'],
    users: [{ name: 'ROM\\anna', session: 1, since: 940_000, load: 'smsrun32.exe, SMSRUN32.EXE' }],
    packageRunning: true,
  });
  expect(observation).toMatchObject({
    setupPhase: 'verifyFiles',
    filesNotDownloaded: ['sm32.hlp'],
    processes: [process],
    locked: ['pcmsvc32.exe', 'pcm32r.dll'],
    users: [{ name: 'ROM\\anna', session: 1, since: 940_000 }],
    load: 'double',
    packageRunning: true,
    servicePack: null,
    transcript: { at: 950_000, active: ['pcmsvc32.exe'], inUse: true, notUnderstood: ['Hm?'] },
  });
});

describe('files of an observation', () => {
  test('have lower-case names and hashes', () => {
    const files = [{ name: 'APPCTL32.EXE', sha256: 'AB'.repeat(32) }];
    expect(observe({ files }).files).toEqual({ 'appctl32.exe': { sha256: 'ab'.repeat(32) } });
  });

  test('differ when missing and when unreadable, and an error is never a hash', () => {
    const files = [
      { name: 'a.exe', sha256: null },
      { name: 'b.exe', sha256: null, error: 'sharing violation' },
      { name: 'c.exe', sha256: 'ab'.repeat(32), error: 'cut off' },
    ];
    expect(observe({ files }).files).toEqual({
      'a.exe': { missing: true },
      'b.exe': { unreadable: 'sharing violation' },
      'c.exe': { unreadable: 'cut off' },
    });
  });

  test('may have the name of a prototype', () => {
    const { files } = observe({ files: [{ name: '__proto__', sha256: null }] });
    expect(Object.entries(files)).toEqual([['__proto__', { missing: true }]]);
  });
});

test('a new CopyListVersion changes nothing in the observation: it is no success', () => {
  const configuration = quietLook.configuration?.replace('835643765', '876355200') ?? null;
  expect(observe({ configuration })).toEqual(observe({}));
});

test('any look is an observation, and never throws', () => {
  const text = fc.option(fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(text, text, fc.string(), text, (configuration, versionFile, transcript, load) => {
      const users = [{ name: 'a', session: 1, since: 0, load }];
      const seen = observe({ configuration, versionFile, transcript: { at: 1, text: transcript }, users });
      expect(seen.setupPhase).toBe('unknown');
      expect(seen.load).toBe('missing');
    }),
  );
});
