import { expect, test } from 'vitest';

import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { accepted, faultsOf } from './given.ts';

const lines = ['release: sp4', 'product: sms-1.2', 'tree: ./share', 'components: X86.BIN/00000409'];

const read = (...more: string[]) => parseRelease([...lines, ...more].join('\n'), 'r.yaml');

test('a release file has two minutes for its command and no service pack by default', () => {
  expect(accepted(read('upgrade: { command: [./upgrade.sh, --all] }'))).toEqual({
    release: 'sp4',
    product: 'sms-1.2',
    servicePack: null,
    tree: './share',
    components: 'X86.BIN/00000409',
    logonServers: null,
    upgrade: { command: ['./upgrade.sh', '--all'], timeout: 120_000 },
  });
});

test('the command of a release file may be one text, which keeps its spaces', () => {
  const { upgrade, servicePack } = accepted(
    read('servicePack: 4', 'upgrade: { command: ./my upgrade.sh, timeout: 90s }'),
  );
  expect(upgrade).toEqual({ command: ['./my upgrade.sh'], timeout: 90_000 });
  expect(servicePack).toBe(4);
});

test("a release file names the folders of the logon servers' copies, with exceptions", () => {
  const text = 'logonServers: { path: "/mnt/{logonServer}/x86.bin", except: { LS-PUN: /mnt/pune } }';
  expect(accepted(read('upgrade: { command: a }', text)).logonServers).toEqual({
    path: '/mnt/{logonServer}/x86.bin',
    except: { 'LS-PUN': '/mnt/pune' },
  });
  expect(
    faultsOf(read('upgrade: { command: a }', 'logonServers: { path: /mnt, except: { "a|b": "" } }')),
  ).toEqual([
    'r.yaml:6: logonServers.path: is "/mnt", expected a path with {logonServer} in it',
    'r.yaml:6: logonServers.except."a|b": is "", expected a path',
    'r.yaml:6: logonServers.except."a|b": is no name of a logon server, expected a host name or an IP address',
  ]);
});

test('a release file shows all its faults at once; an unknown product lists the known ones', () => {
  const text =
    'release: a/b\nproduct: sms-9\nservicePack: SP4\ntree: ""\nupgrade: { command: [], timeout: 0s }\n';
  expect(faultsOf(parseRelease(text, 'r.yaml'))).toEqual([
    'r.yaml:1: release: is "a/b", expected a name of 1 to 63 letters, digits, dots, - and _',
    'r.yaml:1: components: is missing, expected a path',
    'r.yaml:2: product: is "sms-9", expected a known product (generic-windows-agent, sms-1.2)',
    'r.yaml:3: servicePack: is "SP4", expected a whole number from 0 to 99',
    'r.yaml:4: tree: is "", expected a path',
    'r.yaml:5: upgrade.command: is an empty list, expected a program, or a list of a program and its arguments',
    'r.yaml:5: upgrade.timeout: is "0s", expected a duration from 1s to 365d, such as 90s, 30m, 4h or 2d',
  ]);
});
