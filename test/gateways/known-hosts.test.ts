import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { objection, writeDown } from '../../workers/gateways/windows-ssh/config/host-key.ts';
import { fingerprintOf, parseKnownHosts } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { readSshSettings } from '../../workers/gateways/windows-ssh/config/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-ssh-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A key as SSH sends it: its type, then its bytes. */
function keyOf(letter: string, type = 'ssh-ed25519'): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  return Buffer.concat([head, Buffer.from(type + letter.repeat(40))]);
}
const [key, other] = [keyOf('a'), keyOf('b')];
const base64 = key.toString('base64');
const salt = Buffer.from('0123456789abcdefghij');
const hashed = (name: string): string =>
  `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;

describe('a host key is known by a line of known_hosts', () => {
  test.each([
    ['by its name', `pc-1,10.0.0.1 ssh-ed25519 ${base64}`, 'pc-1', 22],
    ['in any case', `PC-1 ssh-ed25519 ${base64}`, 'pc-1', 22],
    ['with another port', `[pc-1]:2222 ssh-ed25519 ${base64} comment`, 'pc-1', 2_222],
    ['by a pattern', `*.corp,!bad.corp ssh-ed25519 ${base64}`, 'pc-1.corp', 22],
    ['by a hashed name', `${hashed('pc-1')} ssh-ed25519 ${base64}`, 'pc-1', 22],
    ['by a hashed name and port', `${hashed('[pc-1]:2222')} ssh-ed25519 ${base64}`, 'pc-1', 2_222],
  ])('%s', (_, line, host, port) => {
    const known = parseKnownHosts(`# comment\n\n${line}\n`);
    expect(known.judge(host, port, key)).toBe('known');
    expect(known.judge(host, port, other)).toBe('different');
    expect(known.judge('elsewhere', port, key)).toBe('unknown');
    expect(known.typesOf(host, port)).toEqual(['ssh-ed25519']);
  });

  test('whose name has characters of patterns, of which two alone are wildcards', () => {
    const named = (name: string, host: string) =>
      parseKnownHosts(`${name} ssh-ed25519 ${base64}`).judge(host, 22, key);
    for (const [name, host] of [
      ['pc.1', 'pcx1'],
      ['pc[12]', 'pc1'],
      ['(pc-1|pc-2)', 'pc-1'],
      ['pc+', 'pcc'],
      ['^pc-1$', 'pc-1'],
      ['.*', 'pc-1'],
      ['pc-?', 'pc-'],
      ['c-1', 'pc-1'],
    ] as const)
      expect([name, named(name, host)]).toEqual([name, 'unknown']);
    for (const [name, host] of [
      ['pc[12].(x)+', 'PC[12].(X)+'],
      ['pc-?', 'pc-1'],
      ['*.corp', 'a.b.corp'],
    ] as const)
      expect([name, named(name, host)]).toEqual([name, 'known']);
  });

  test('that does not exclude the host, revoke the key or only name an authority', () => {
    const known = parseKnownHosts(
      `*.corp,!bad.corp ssh-ed25519 ${base64}\n@revoked pc-1 ssh-ed25519 ${base64}\n@cert-authority pc-2 ssh-ed25519 ${base64}`,
    );
    expect(known.judge('bad.corp', 22, key)).toBe('unknown');
    expect(known.judge('pc-1', 22, key)).toBe('revoked');
    expect(known.judge('pc-2', 22, key)).toBe('unknown');
  });
});

describe('a line that cannot be used spoils no other line of its host', () => {
  const good = `pc-1 ssh-ed25519 ${base64}`;
  const sk = 'sk-ssh-ed25519@openssh.com';
  // paramiko issue 490, openssh-portable pull 567; forms of the lines: man sshd.
  test.each([
    ['a key of SSH 1', 'pc-1 1024 35 123891283981239812938192381923'],
    ['a torn key', 'pc-1 ssh-ed25519 AAAA'],
    ['no key at all', 'pc-1 ssh-ed25519 !!!'],
    ['a key under the name of another type', `pc-1 ecdsa-sha2-nistp256 ${base64}`],
    ['a type that is not supported', `pc-1 ${sk} ${keyOf('s', sk).toString('base64')}`],
    ['a revoked key of another type', `@revoked pc-1 ssh-rsa ${keyOf('r', 'ssh-rsa').toString('base64')}`],
    ['an authority', `@cert-authority pc-1 ssh-rsa ${keyOf('r', 'ssh-rsa').toString('base64')}`],
  ])('%s', (_, line) => {
    for (const text of [`${line}\n${good}\n`, `${good}\n${line}\n`, `\uFEFF${good}\r\n${line}\r\n`]) {
      const known = parseKnownHosts(text);
      expect(known.typesOf('pc-1', 22)).toEqual(['ssh-ed25519']);
      expect(known.judge('pc-1', 22, key)).toBe('known');
    }
  });

  test('a whole key of a type that is not supported still says that another key is a different one', () => {
    const known = parseKnownHosts(`pc-1 ${sk} ${keyOf('s', sk).toString('base64')}`);
    expect(known.typesOf('pc-1', 22)).toEqual([]);
    expect(known.judge('pc-1', 22, key)).toBe('different');
  });
});

describe('a host key is accepted', () => {
  const target = targetOf({ client: 'pc-1', host: 'pc-1', hostKeys: [fingerprintOf(key)] });
  const unpinned = targetOf({ client: 'pc-1', host: 'pc-1' });
  const nothing = { knownHosts: parseKnownHosts(''), trustInto: null };

  test('when the fleet file pins it, whatever known_hosts says', () => {
    const rules = {
      knownHosts: parseKnownHosts(`pc-1 ssh-ed25519 ${other.toString('base64')}`),
      trustInto: null,
    };
    expect(objection(rules, target, 22, key)).toBeNull();
    expect(objection(rules, target, 22, other)).toContain('none of those in the fleet file');
  });

  test('when it is known, or at the first use when this is trusted, and never when another key is known', () => {
    expect(objection(nothing, unpinned, 22, key)).toContain(fingerprintOf(key));
    expect(objection({ ...nothing, trustInto: 'f' }, unpinned, 22, key)).toBeNull();
    const rules = { knownHosts: parseKnownHosts(`pc-1 ssh-ed25519 ${base64}`), trustInto: 'f' };
    expect(objection(rules, unpinned, 22, other)).toContain('but another key is known');
  });

  test('once at the first use: from then on another one is a different one', () => {
    const rules = { knownHosts: parseKnownHosts('@revoked pc-1 ssh-ed25519 AAAA'), trustInto: 'f' };
    expect(objection(rules, unpinned, 2_222, key)).toBeNull();
    rules.knownHosts.learn('pc-1', 2_222, key);
    expect(objection(rules, unpinned, 2_222, key)).toBeNull();
    expect(objection(rules, unpinned, 2_222, other)).toContain('but another key is known');
  });

  test('at the first use, and is written into known_hosts', async () => {
    const file = join(folder, 'trusted');
    await writeDown(file, 'pc-1', 2_222, key);
    expect(parseKnownHosts(readFileSync(file, 'utf8')).judge('pc-1', 2_222, key)).toBe('known');
  });
});

describe('the settings of the SSH gateway', () => {
  /** A key and its public half, as ssh-keygen writes them. */
  const makeKey = (name: string, passphrase: string): void => {
    rmSync(join(folder, name), { force: true });
    const order = ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(folder, name)];
    execFileSync('ssh-keygen', order, { stdio: 'ignore' });
  };
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    // A file of a secret that every user can read is refused.
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  test('name the files of secrets, and have defaults', () => {
    makeKey('id', 'the phrase');
    write('phrase', 'the phrase\n');
    const read = readSshSettings(write('ssh.yaml', 'user: CORP\\me\nkeyFile: id\npassphraseFile: phrase\n'));
    expect(read).toMatchObject({
      ok: true,
      value: {
        user: 'CORP\\me',
        passphrase: 'the phrase',
        port: 22,
        trustInto: null,
        timeouts: { connect: 10_000, handshake: 20_000 },
      },
    });
  });

  test.each([
    ['user: me\n', 'keyFile: is missing, expected one of keyFile, agent and passwordFile'],
    ['user: me\nagent: env\nprot: 22\n', ':3: prot: is not a known key (did you mean port?)'],
    ['user: me\nagent: env\nport: 0\n', ':3: port: is 0, expected a whole number from 1 to 65535'],
    ['user: me\nagent: env\n', 'SSH_AUTH_SOCK is not set'],
    ['user: me\nkeyFile: nowhere\n', 'keyFile: cannot be read'],
    ['user: me\nagent: /x\ntrustOnFirstUse: true\n', 'knownHosts: is missing'],
  ])('are refused: %j', (text, message) => {
    const read = readSshSettings(write('bad.yaml', text), {});
    expect(read.ok ? '' : read.error.message).toContain(message);
  });

  test('say where the file must be when it is missing, and what belongs into it', () => {
    const missing = join(folder, 'nowhere.yaml');
    const read = readSshSettings(missing, {});
    expect(read.ok ? '' : read.error.message).toBe(
      `SERVPACK_SSH_CONFIG: ${missing} does not exist; write into it how the worker logs in to clients, ` +
        'with the private key and known_hosts beside it (docs/windows.md)',
    );
  });

  // In a container the worker is user 1000, and the files may still be those of root.
  test.runIf(process.geteuid?.() === 0)('say which user may not read the file', () => {
    const path = write('of-root.yaml', 'user: me\nagent: env\n');
    chmodSync(path, 0o600);
    chmodSync(folder, 0o755);
    const settings = join(import.meta.dirname, '../../workers/gateways/windows-ssh/config/settings.ts');
    const program = `import(${JSON.stringify(settings)}).then(({ readSshSettings }) =>
      process.stdout.write(readSshSettings(${JSON.stringify(path)}, {}).error.message))`;
    const asNobody = { uid: 65_534, encoding: 'utf8', env: { NODE_NO_WARNINGS: '1' } } as const;
    expect(execFileSync(process.execPath, ['-e', program], asNobody)).toMatch(
      /no permission; this process runs as user 65534: give that user the right to read it$/,
    );
  });

  // ssh2 issues 959 (the public half was copied) and 191 (PuTTY), vscode-sftp 725 (no passphrase).
  test.each([
    ['the public half', 'open.pub', '', 'holds the public half of a key'],
    ['a key with a passphrase, and no passphrase', 'locked', '', 'is no key that can be used'],
    ['a key with another passphrase', 'locked', 'passphraseFile: other\n', 'is no key that can be used'],
    ['an empty file', 'empty', '', 'is no key that can be used'],
    ['a key of PuTTY', 'ppk', '', 'is no key that can be used'],
    ['a file of authorized_keys', 'authorized', '', 'holds the public half of a key'],
  ])('refuse as keyFile at the start: %s', (_, file, more, because) => {
    makeKey('open', '');
    makeKey('locked', 'secret');
    write('other', 'wrong\n');
    write('empty', '');
    write('ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n');
    write('authorized', `${readFileSync(join(folder, 'open.pub'), 'utf8').trim()} of a person\n`);
    const path = write('key.yaml', `user: me\nkeyFile: ${file}\n${more}`);
    const read = readSshSettings(path, {});
    expect(read.ok ? '' : read.error.message).toContain(`${path}: keyFile: ${because}`);
    const good = write('good.yaml', 'user: me\nkeyFile: open\n');
    expect(readSshSettings(good, {})).toMatchObject({ ok: true });
  });

  test.each([
    ['passwordFile: nothing\n', 'passwordFile: holds no password'],
    ['keyFile: open\npassphraseFile: nothing\n', 'passphraseFile: holds no passphrase'],
    ['agent: /nowhere/agent.sock\n', 'agent: no agent listens at /nowhere/agent.sock'],
    ['agent: env\n', 'agent: no agent listens at /nowhere/env.sock'],
    [
      'passwordFile: word\nknownHosts: none/known\ntrustOnFirstUse: true\n',
      'knownHosts: trusted keys cannot be written',
    ],
    [
      'passwordFile: word\nknownHosts: .\ntrustOnFirstUse: true\n',
      'knownHosts: cannot be read: it is a folder',
    ],
  ])('refuse what works on no client: %j', (text, because) => {
    makeKey('open', '');
    write('nothing', '\n');
    write('word', 'a word\n');
    const read = readSshSettings(write('useless.yaml', `user: me\n${text}`), {
      SSH_AUTH_SOCK: '/nowhere/env.sock',
    });
    expect(read.ok ? '' : read.error.message).toContain(because);
  });

  test('are needed by the ssh gateway, which refuses lab time', () => {
    const base = { REDIS_URL: 'redis://127.0.0.1', SERVPACK_GATEWAY: 'ssh' };
    const message = (env: Record<string, string>) => {
      const read = readConfig(env);
      return read.ok ? '' : read.error.message;
    };
    expect(message(base)).toContain('SERVPACK_SSH_CONFIG is not set');
    expect(message({ ...base, SERVPACK_SSH_CONFIG: 'x' })).toBe('');
    const clock = '{"labAt":0,"realAt":0,"speed":2}';
    expect(message({ ...base, SERVPACK_SSH_CONFIG: 'x', SERVPACK_LAB_CLOCK: clock })).toContain('lab time');
  });
});
