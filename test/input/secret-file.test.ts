import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSecretFile, readSecretText } from '../../shared/input/secret-file.ts';
import { readSshSettings } from '../../workers/gateways/windows-ssh/config/settings.ts';

function folderWith(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, name), 'a secret\n', { mode: 0o600 });
  return folder;
}

test.each([0o604, 0o644, 0o602, 0o777])(
  'a secret of mode %o is refused with the command that mends it',
  (mode) => {
    const path = join(folderWith(['key']), 'key');
    chmodSync(path, mode);
    const says = `is open to every user of this machine (mode 0${mode.toString(8)}): chmod 600 ${path}`;
    expect(readSecretText(path)).toEqual({ ok: false, error: says });
    expect(readSecretFile(path)).toEqual({ ok: false, error: says });
  },
);

test.each([0o400, 0o600, 0o640])('a secret of mode %o is read', (mode) => {
  const path = join(folderWith(['key']), 'key');
  chmodSync(path, mode);
  expect(readSecretText(path)).toEqual({ ok: true, value: 'a secret\n' });
});

test.each([
  ['keyFile', 'id'],
  ['passphraseFile', 'passphrase'],
  ['passwordFile', 'password'],
])('the gateway ssh refuses to start with an open %s', (key, name) => {
  const folder = folderWith(['id', 'passphrase', 'password', 'known_hosts']);
  const settings = join(folder, 'ssh.yaml');
  writeFileSync(
    settings,
    'user: servpack\nkeyFile: id\npassphraseFile: passphrase\npasswordFile: password\nknownHosts: known_hosts\n',
  );
  chmodSync(join(folder, name), 0o644);
  const read = readSshSettings(settings);
  expect(read.ok ? null : read.error.message).toBe(
    `${settings}: ${key}: is open to every user of this machine (mode 0644): chmod 600 ${join(folder, name)}`,
  );
});
