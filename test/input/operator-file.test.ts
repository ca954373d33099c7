import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../orchestrator/cli/client/session.ts';
import { readTranscript } from '../../orchestrator/cli/client/input-file.ts';
import { ofCheckIns } from '../../orchestrator/http/tls/certificates.ts';
import { ServerCertificate } from '../../orchestrator/http/tls/server-certificate.ts';
import { openCheckInKey, openToken } from '../../orchestrator/http/secrets.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { readInputFile, yamlBytesAtMost } from '../../orchestrator/input-file.ts';
import { readConfig } from '../../shared/config.ts';
import { loadProfile, loadWithText, profileOf } from '../../shared/products/profile.ts';
import { readOperatorFile, readOperatorText } from '../../shared/input/operator-file.ts';
import { readSshSettings } from '../../workers/gateways/windows-ssh/config/settings.ts';
import { testLog } from '../fixtures/context.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/**
 * Windows PowerShell 5.1 and Notepad begin a UTF-8 file with a byte order mark (PowerShell 8592,
 * lima 5280), and `>` of Windows PowerShell writes UTF-16. Every file that an operator writes is
 * tried with both.
 */
const folder = mkdtempSync(join(tmpdir(), 'servpack-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const root = join(import.meta.dirname, '../..');
const keys = makeSshKeys();
const token = 'a-token-of-sixteen-characters-or-more';

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const marked = (text: string | Buffer): Buffer => Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(text)]);
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');

/** The settings of the SSH gateway with one more file. */
const sshWith = (key: string, content: Buffer, more = ''): ReturnType<typeof readSshSettings> => {
  write('secret', content);
  return readSshSettings(write('ssh.yaml', marked(`user: CORP\\svc\n${key}: secret\n${more}`)), {});
};

describe('a byte order mark is no part of', () => {
  test('the password of the SSH gateway, its settings file', () => {
    expect(sshWith('passwordFile', marked('S3cret!\r\n'))).toMatchObject({
      ok: true,
      value: { user: 'CORP\\svc', password: 'S3cret!' },
    });
  });

  test('the key of the SSH gateway', () => {
    const read = sshWith('keyFile', marked(keys.userKey));
    const key = read.ok ? read.value.privateKey : null;
    expect(key).toEqual(keys.userKey);
    expect(ssh2.utils.parseKey(key ?? '')).not.toBeInstanceOf(Error);
  });

  test('the passphrase of a key', () => {
    write('id', keys.userKey);
    expect(sshWith('passphraseFile', marked('phrase\r\n'), 'keyFile: id\n')).toMatchObject({
      value: { passphrase: 'phrase' },
    });
  });

  test.each(['', 'trustOnFirstUse: true\n'])('the first known host %j', (more) => {
    write('id', keys.userKey);
    const line = `pc-1 ssh-ed25519 ${keys.hostKeyBytes.toString('base64')}\r\n`;
    const read = sshWith('knownHosts', marked(line), `keyFile: id\n${more}`);
    expect(read.ok && read.value.knownHosts.judge('pc-1', 22, keys.hostKeyBytes)).toBe('known');
  });

  test('the password of Redis', () => {
    const settings = {
      REDIS_URL: 'redis://127.0.0.1',
      REDIS_PASSWORD_FILE: write('pw', marked('S3cret!\r\n')),
    };
    expect(readConfig(settings)).toMatchObject({
      ok: true,
      value: { redisUrl: 'redis://:S3cret!@127.0.0.1' },
    });
  });

  test('the token of the API and the key of check-in tokens', async () => {
    write('token', marked(`${token}\r\n`));
    write('checkin-key', marked(`${token}\r\n`));
    expect(openToken(folder)).toEqual({ ok: true, value: token });
    expect(openCheckInKey(folder)).toEqual({ ok: true, value: token });
    expect(await connect({ tokenFile: join(folder, 'token'), url: 'http://127.0.0.1:1' }, {})).toMatchObject({
      ok: true,
    });
  });

  test('a product profile, also as it is kept in a release', () => {
    const generic = readFileSync(join(root, 'shared/products/generic-windows-agent.yaml'), 'utf8');
    write('acme.yaml', marked(generic.replace('product: generic-windows-agent', 'product: acme')));
    expect(loadProfile('acme', folder)).toMatchObject({ ok: true });
    const kept = loadWithText('acme', folder);
    const profile = kept.ok ? (kept.value.text ?? '') : '';
    expect(profileOf({ release: 'r', product: 'acme', profile })).toMatchObject({ ok: true });
  });

  test.each([
    ['campaign.yaml', parseCampaign],
    ['fleet.csv', parseFleet],
    ['release/release.yaml', parseRelease],
  ])('examples/%s', async (name, parse) => {
    const text = readFileSync(join(root, 'examples', name), 'utf8');
    const read = await readInputFile(write('input', marked(text)), yamlBytesAtMost);
    // A campaign keeps the hash of its file, to which the mark belongs.
    const shown = (result: unknown): string =>
      JSON.stringify(result, (key, value: unknown) => (key === 'hash' ? undefined : value));
    expect(read.ok).toBe(true);
    expect(shown(parse(read.ok ? read.value : '', 'input'))).toBe(shown(parse(text, 'input')));
  });

  test('the certificate of the check-ins, as every other file of bytes', () => {
    expect(readOperatorFile(write('pem', marked('-----BEGIN')))).toEqual({
      ok: true,
      value: Buffer.from('-----BEGIN'),
    });
  });
});

describe('a file in UTF-16 is refused by its name, and nothing of it is shown, as', () => {
  const hidden = utf16('S3cret!');

  test.each(['passwordFile', 'passphraseFile', 'keyFile'])('%s of the SSH gateway', (key) => {
    const read = sshWith(key, hidden, key === 'passphraseFile' ? 'keyFile: id\n' : '');
    const says = `ssh.yaml: ${key}: is UTF-16 text; save it as UTF-8 text`;
    expect(read.ok ? '' : read.error.message).toContain(says);
  });

  test('the password of Redis', () => {
    expect(readConfig({ REDIS_URL: 'redis://h', REDIS_PASSWORD_FILE: write('pw', hidden) })).toMatchObject({
      error: { message: 'REDIS_PASSWORD_FILE: the file is UTF-16 text; save it as UTF-8 text' },
    });
  });

  test('the token', async () => {
    const file = write('token', hidden);
    expect(openToken(folder)).toMatchObject({
      error: { message: `${file} is UTF-16 text; save it as UTF-8 text` },
    });
    expect(await connect({ tokenFile: file, url: 'http://127.0.0.1:1' }, {})).toMatchObject({ ok: false });
  });

  test('the certificate of the check-ins', () => {
    const cert = write('cert', hidden);
    const opened = ServerCertificate.open(ofCheckIns, { cert, key: cert }, { log: testLog() });
    expect(opened.ok ? '' : opened.error.message).toContain(`${cert}, is UTF-16 text`);
  });

  test('a product profile', () => {
    const file = write('other.yaml', hidden);
    expect(loadProfile('other', folder)).toMatchObject({
      error: { message: `${file} is UTF-16 text; save it as UTF-8 text` },
    });
  });
});

test('a secret that is not UTF-8 is refused, because it would be another secret', () => {
  const read = sshWith('passwordFile', Buffer.from('pässword', 'latin1'));
  expect(read.ok ? '' : read.error.message).toContain('passwordFile: is not UTF-8 text; save it as UTF-8');
  expect(readOperatorText(write('pw', 'pässword'))).toEqual({ ok: true, value: 'pässword' });
});

test('a transcript that Windows PowerShell wrote is read in UTF-16', async () => {
  const text = 'Reading configuration...\r\n';
  for (const content of [utf16(text), marked(text), text])
    expect(await readTranscript(write('transcript', content))).toEqual({ ok: true, value: text });
});

test('a comment of a key or a known host may be in any code page', () => {
  write('id', keys.userKey);
  expect(sshWith('knownHosts', Buffer.from('# Müller\r\n', 'latin1'), 'keyFile: id\n')).toMatchObject({
    ok: true,
  });
});
