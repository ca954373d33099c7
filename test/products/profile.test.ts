import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { printFaults } from '../../shared/input/input-fault.ts';
import { knownProducts, loadProfile, parseProfile, rulesOf } from '../../shared/products/profile.ts';
import { markMethod, updateRun } from '../../shared/execution/update-client.ts';
import { smsProfile } from './given.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';

const golden = (name: string): string => readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');

const builtIn = readFileSync(join(import.meta.dirname, '../../shared/products/sms-1.2.yaml'), 'utf8');

const faultsOf = (text: string): readonly string[] => {
  const profile = parseProfile(text, 'p.yaml');
  return profile.ok ? ['(accepted)'] : printFaults(profile.error);
};

test('the profile of SMS 1.2 gives the rules for deciding', () => {
  expect(rulesOf(smsProfile())).toEqual({
    product: 'sms-1.2',
    componentDirectory: 'C:\\MS\\SMS\\BIN',
    route: 'logon',
    relocatable: {
      sms_package_command_manager_nt: {
        executable: 'pcmsvc32.exe',
        to: 'C:\\SMS_PCM',
        keys: ['HKLM\\SOFTWARE\\Microsoft\\SMS\\TRACING\\SMS_PACKAGE_COMMAND_MANAGER_NT'],
        moveBy: 'repoint',
        settleMs: 30_000,
      },
    },
    structuralUntil: 3,
    swap: null,
    updateProgram: 'SMSRUN32.EXE',
  });
});

test('every built-in profile is valid and names its product', () => {
  expect(knownProducts()).toContain('sms-1.2');
  expect(knownProducts().map((product) => loadProfile(product).ok)).not.toContain(false);
});

test.each(['sms-9', '', '../input/x', 'SMS-1.2', '__proto__', 'x'.repeat(10_000)])(
  'the product %j is not known',
  (product) => {
    const profile = loadProfile(product);
    const hint = product === 'SMS-1.2' ? ' (did you mean sms-1.2?)' : '';
    const message = `product ${JSON.stringify(product.slice(0, 63))} is not known${hint}: the known ones are generic-windows-agent, sms-1.2`;
    expect(profile).toEqual({ ok: false, error: { code: 'unknownProduct', message } });
  },
);

test('a profile may leave out what its product does not have', () => {
  const text = builtIn
    .replace(/^structuralUntil.*$/m, '')
    .replace(/^userPrograms[^]*$/m, '')
    .replace('route: logon', 'route: direct');
  const profile = parseProfile(text, 'p.yaml');
  expect(profile.ok && rulesOf(profile.value)).toMatchObject({
    structuralUntil: null,
    relocatable: {},
    route: 'direct',
  });
});

describe('marking and updating by a profile', () => {
  const onClient = { client: 'pc-1', host: 'pc-1.corp', logonServer: 'LS-ROM' };
  const read = (change: (text: string) => string) => {
    const profile = parseProfile(change(builtIn), 'p.yaml');
    if (!profile.ok) throw new Error(printFaults(profile.error).join());
    return profile.value;
  };
  const phase = {
    file: 'C:\\SMS.INI',
    section: 'Local',
    key: 'SetupPhase',
    marked: 'UPGRADE',
    unmarked: 'INSTALLED',
  };

  test('writes a line of the configuration, or runs the command of the profile', () => {
    expect(markMethod(smsProfile(), onClient)).toEqual({ kind: 'configuration', phase });
    const command = "{ kind: command, command: '\\\\{logonServer}\\SMS_SHR\\UPGRADE.BAT' }";
    const other = read((text) => text.replace('mark: { kind: configuration }', () => `mark: ${command}`));
    expect(markMethod(other, onClient)).toEqual({
      kind: 'command',
      command: '\\\\LS-ROM\\SMS_SHR\\UPGRADE.BAT',
    });
    expect(updateRun(other, onClient)).toMatchObject({ command: '"%SystemRoot%\\SMSRUN32.EXE" /V' });
  });

  test.each([
    [
      'a command that is missing',
      'mark: { kind: configuration }',
      'mark: { kind: command }',
      'update.mark.command',
    ],
    ['an unknown placeholder', 'run: \'"%SystemRoot%', 'run: \'"{windows}', 'update.run'],
    ['a line that is missing', /^ +phase: .*$/m, '', 'configuration.phase'],
    ['a direct run that is missing', /route: logon([^]*)^ +run: .*$/m, 'route: direct$1', 'update.run'],
  ])('is refused with %s', (_, what, by, key) => {
    expect(faultsOf(builtIn.replace(what, by))).toEqual([expect.stringContaining(` ${key}: `)]);
  });

  test('names the files that a look reads', () => {
    expect(lookRequest(smsProfile(), ['A.DLL'])).toEqual({
      componentDirectory: 'C:\\MS\\SMS\\BIN',
      files: ['A.DLL'],
      services: ['SMS_PACKAGE_COMMAND_MANAGER_NT'],
      configurationFile: 'C:\\SMS.INI',
      versionFile: 'C:\\MS\\SMS\\BIN\\CSDVER.SMS',
      transcriptFile: 'C:\\MS\\SMS\\LOGS\\SMSRUN.LOG',
      isTranscriptDated: true,
      busy: { file: 'C:\\MS\\SMS\\LOGS\\PACMAN.LOG', says: 'Job still running' },
    });
  });

  test('asks for the date of the transcript only where a logon writes it', () => {
    const direct = { ...smsProfile(), update: { ...smsProfile().update, route: 'direct' as const } };
    expect(lookRequest(direct, [])).not.toHaveProperty('isTranscriptDated');
  });
});

describe('a service of a profile', () => {
  const saying = (how: string): string =>
    builtIn.replace('    relocateTo: C:\\SMS_PCM', `$&\n    moveBy: ${how}`);

  test.each(['repoint', 'reinstall'])('is moved by %s where the profile says so', (how) => {
    const profile = parseProfile(saying(how), 'p.yaml');
    expect(profile.ok && Object.values(rulesOf(profile.value).relocatable)).toMatchObject([{ moveBy: how }]);
  });

  test('is moved in no other way', () => {
    expect(faultsOf(saying('rservice'))).toEqual([
      expect.stringMatching(/services\[0\]\.moveBy: .*repoint.*reinstall/),
    ]);
  });
});

describe('the new folder of a service', () => {
  const line = builtIn.split('\n').findIndex((each) => each.includes('relocateTo')) + 1;

  test.each(['C:\\MS\\SMS\\BIN', 'c:\\ms\\sms\\bin\\pcm'])(
    'cannot be %s, inside the component directory',
    (to) => {
      expect(faultsOf(builtIn.replace('C:\\SMS_PCM', to))).toEqual([
        `p.yaml:${line}: services[0].relocateTo: is inside the component directory, expected a path outside C:\\MS\\SMS\\BIN`,
      ]);
    },
  );

  test.each(['C:\\X\\..\\MS\\SMS\\BIN', 'C:\\MS\\SMS\\BIN.', 'C:\\MS \\SMS'])(
    'cannot be %s, which only looks like another folder',
    (to) => {
      expect(faultsOf(builtIn.replace('C:\\SMS_PCM', to))).toHaveLength(1);
    },
  );

  test('can be a neighbour of a similar name', () => {
    expect(faultsOf(builtIn.replace('C:\\SMS_PCM', 'C:\\MS\\SMS\\BIN2'))).toEqual(['(accepted)']);
  });
});

test('a profile shows all its faults at once, each with its line', () => {
  const profile = parseProfile(golden('bad-profile.yaml'), 'bad-profile.yaml');
  expect(profile.ok).toBe(false);
  expect(`${profile.ok ? '' : printFaults(profile.error).join('\n')}\n`).toBe(golden('bad-profile.txt'));
});
