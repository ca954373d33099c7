import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readObservation } from '../../shared/execution/observation/read-observation.ts';
import {
  knownProducts,
  loadProfile,
  loadWithText,
  parseProfile,
  profileOf,
} from '../../shared/products/profile.ts';
import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import { serviceNames } from '../contract/service-names.ts';
import { quietLook } from './given.ts';

/** Profiles that an operator adds without changing the program. */
const generic = readFileSync(
  join(import.meta.dirname, '../../shared/products/generic-windows-agent.yaml'),
  'utf8',
);
const acme = generic
  .replace('product: generic-windows-agent', 'product: acme-2')
  .replaceAll('GenericAgent', 'Acme');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'servpack-products-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const release = { release: 'r', product: 'acme-2', servicePack: null, files: [] };

test("a profile in the operator's folder is known besides the built-in ones", () => {
  write('acme-2.yaml', acme);
  expect(knownProducts(folder)).toEqual(['acme-2', 'generic-windows-agent', 'sms-1.2']);
  expect(loadProfile('acme-2', folder)).toMatchObject({ ok: true, value: { swap: { service: 'Acme' } } });
  expect(loadProfile('acme-2')).toMatchObject({ ok: false, error: { code: 'unknownProduct' } });
});

describe('the lines of a configuration file', () => {
  const configurationOf = (lines: string) => {
    const text = `${acme}\nconfiguration:\n  file: C:\\ACME.INI\n  parser: sms-ini\n${lines}`;
    const profile = parseProfile(text, 'acme-2.yaml');
    if (!profile.ok) throw new Error(printFaults(profile.error).join());
    const read = (configuration: string) =>
      readObservation(profile.value, { ...quietLook, configuration }, 'e'.repeat(64));
    return read;
  };

  test('stand in the published sections where the profile names none', () => {
    const seen = configurationOf('')(
      '[WorkstationStatus]\nFilesNotDownloaded=A.DLL\n[Local]\nSetupPhase=installed\n',
    );
    expect(seen).toMatchObject({ setupPhase: 'installed', filesNotDownloaded: ['a.dll'] });
    expect(configurationOf('')('[Local]\nSetupPhase=installed\n').filesNotDownloaded).toBeNull();
  });

  test('are read where the profile says: the phase where the mark is written', () => {
    const seen = configurationOf(
      '  phase: { section: Setup, key: State, marked: UPGRADE, unmarked: INSTALLED }\n' +
        '  filesNotDownloaded: { section: Setup, key: Left }\n',
    )('[Local]\nSetupPhase=installed\n[Setup]\nState=UPGRADE\nLeft=B.DLL\n');
    expect(seen).toMatchObject({ setupPhase: 'upgrade', filesNotDownloaded: ['b.dll'] });
  });

  test('are none where the product has none', () => {
    const seen = configurationOf('  filesNotDownloaded: null\n')('[Local]\nSetupPhase=installed\n');
    expect(seen).toMatchObject({ setupPhase: 'installed', filesNotDownloaded: [] });
  });
});

test('a missing folder has no profiles', () => {
  expect(knownProducts(join(folder, 'no'))).toEqual(['generic-windows-agent', 'sms-1.2']);
});

test('a profile with the name of a built-in product is refused', () => {
  write('sms-1.2.yaml', acme);
  expect(loadProfile('sms-1.2', folder)).toMatchObject({ ok: false, error: { code: 'builtInProfile' } });
});

test('a profile with a fault is refused with its line, and so is a profile of another name', () => {
  write('acme-2.yaml', acme.replace('settle: 30s', 'settle: soon'));
  expect(loadProfile('acme-2', folder)).toMatchObject({
    ok: false,
    error: {
      message: expect.stringMatching(/acme-2\.yaml:\d+: swap\.settle: is "soon", expected a duration/),
    },
  });
  write('acme-3.yaml', acme);
  expect(loadProfile('acme-3', folder)).toMatchObject({
    ok: false,
    error: {
      message: expect.stringMatching(
        /acme-3\.yaml says product: acme-2: name the file acme-2\.yaml, or say product: acme-3 in it/,
      ),
    },
  });
});

test('a release keeps the profile of its staging', () => {
  write('acme-2.yaml', acme);
  const loaded = loadWithText('acme-2', folder);
  const text = loaded.ok ? loaded.value.text : null;
  write('acme-2.yaml', 'broken');
  expect(profileOf({ ...release, profile: text ?? '' })).toMatchObject({
    ok: true,
    value: { product: 'acme-2' },
  });
  expect(profileOf(release)).toMatchObject({ ok: false });
  expect(profileOf({ ...release, product: 'sms-1.2' })).toMatchObject({
    ok: true,
    value: { product: 'sms-1.2' },
  });
});

const faultsOf = (text: string): readonly string[] => {
  const profile = parseProfile(text, 'p.yaml');
  return profile.ok ? [] : printFaults(profile.error).map((line) => line.replace(/^p\.yaml:\d+: /, ''));
};

test('a profile gives its route all that it needs, and keeps nothing among the components', () => {
  const inside = String.raw`C:\Program Files\Acme\new`;
  expect(faultsOf(acme.replace(/^swap:[^]*?^executables/m, 'executables'))).toEqual([
    'swap: is missing, expected how files are swapped',
  ]);
  expect(faultsOf(acme.replace(String.raw`C:\ProgramData\servpack\Acme\new`, inside))).toEqual([
    String.raw`swap.staging: is inside the component directory, expected a path outside C:\Program Files\Acme`,
  ]);
  expect(faultsOf(acme.replace('Acme\\old', 'Acme\\new'))).toEqual([
    'swap.backup: is the staging folder, expected a folder of its own',
  ]);
  expect(faultsOf(acme.replace('route: push', 'route: direct'))).toEqual([
    'configuration: is missing, expected the file that says how far the setup is',
    'update.program: is missing, expected a file name without its path',
    'update.run: is missing, expected the command line of a direct run',
  ]);
});

test('a product without a configuration has no phase, whatever lies on the client', () => {
  const profile = parseProfile(acme, 'p.yaml');
  if (!profile.ok) throw new Error('the profile has faults');
  const seen = readObservation(profile.value, quietLook, 'sha');
  expect(seen).toMatchObject({ setupPhase: 'none', servicePack: null, transcript: null });
});

describe('a profile in a file of another name', () => {
  test.each(['bar.yaml', 'acme-2.yml', 'ACME-2.yaml'])(
    '%s is refused, with the name that it must have',
    (file) => {
      write(file, `${acme.replace('product: acme-2', 'product: "acme-2"  # ours')}`);
      const loaded = loadProfile('acme-2', folder);
      expect(loaded.ok ? '' : loaded.error.message).toContain(
        `${join(folder, file)} says product: acme-2, so name that file acme-2.yaml`,
      );
      const text = 'release: r\nproduct: acme-2\ntree: .\ncomponents: bin\n';
      const release = parseRelease(text, 'r.yaml', folder);
      expect(release.ok ? [] : printFaults(release.error)).toEqual([
        expect.stringContaining(`${join(folder, file)} says product: acme-2, so name that file acme-2.yaml`),
      ]);
    },
  );
});

describe('names with spaces', () => {
  const zabbix = readFileSync(
    join(import.meta.dirname, '../../examples/products/zabbix-agent-2.yaml'),
    'utf8',
  );

  test('the example of Zabbix agent 2 is a profile', () => {
    write('zabbix-agent-2.yaml', zabbix);
    expect(loadProfile('zabbix-agent-2', folder)).toMatchObject({
      ok: true,
      value: { swap: { service: 'Zabbix Agent 2' }, componentDirectory: 'C:\\Program Files\\Zabbix Agent 2' },
    });
  });

  test.each(serviceNames)('a profile may name the service %j', (name) => {
    const profile = parseProfile(
      zabbix.replace('service: Zabbix Agent 2', `service: ${JSON.stringify(name)}`),
      'z',
    );
    expect(profile).toMatchObject({ ok: true, value: { swap: { service: name } } });
  });

  test.each(['a/b', 'a\\b', ' a', 'a ', '', 'x'.repeat(257), 'a\tb'])(
    '%j is no name of a service',
    (name) => {
      const profile = parseProfile(
        zabbix.replace('service: Zabbix Agent 2', `service: ${JSON.stringify(name)}`),
        'z',
      );
      expect(profile.ok ? '' : printFaults(profile.error).join()).toContain('expected the name of a service');
    },
  );

  test('an executable may have spaces in its name, but not around it', () => {
    const named = (name: string) =>
      parseProfile(zabbix.replace('- zabbix_get.exe', `- ${JSON.stringify(name)}`), 'z').ok;
    expect([named('My Agent.exe'), named(' a.exe'), named('a.exe '), named('a. ')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
