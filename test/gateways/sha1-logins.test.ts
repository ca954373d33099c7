import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type Algorithms } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf, parseKnownHosts } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { patienceMs } from '../environment/patience.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

const keys = makeSshKeys();
const { privateKey: rsa } = generateKeyPairSync('rsa', {
  modulusLength: 3072,
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

function publicBytes(): Buffer {
  const key = ssh2.utils.parseKey(rsa);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
}

/** Whether a worker offers its login to an sshd that has these algorithms only. */
async function isLoginOffered(algorithms: Algorithms, how: 'pinned' | 'known'): Promise<boolean> {
  let isOffered = false;
  const sshd = new ssh2.Server({ hostKeys: [rsa], algorithms }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (login) => {
      isOffered = true;
      login.reject();
    });
  });
  sshd.listen(0, '127.0.0.1');
  await once(sshd, 'listening');
  const { port } = sshd.address() as AddressInfo;
  const line = `[127.0.0.1]:${port} ssh-rsa ${publicBytes().toString('base64')}\n`;
  const knownHosts = parseKnownHosts(how === 'known' ? line : '');
  const gateway = connectSshGateway({
    settings: { ...settingsWith(keys), knownHosts },
    deadlineMs: patienceMs,
  });
  onTestFinished(async () => {
    await gateway.close();
    sshd.close();
  });
  const hostKeys = how === 'pinned' ? [fingerprintOf(publicBytes())] : [];
  const target = targetOf({ client: 'pc-1', host: '127.0.0.1', port, hostKeys });
  await gateway.hashFile(target, 'C:\\SMS.INI', AbortSignal.timeout(patienceMs));
  return isOffered;
}

// RFC 8332 brought RSA with SHA-2, which OpenSSH has from 7.2 on; OpenSSH 8.8 switched RSA with
// SHA-1 off (its release notes). Win32-OpenSSH is newer than 7.2.
test.each([
  ['an RSA host key that signs with SHA-1', { serverHostKey: ['ssh-rsa'] }, false],
  ['an RSA host key that signs with SHA-2', { serverHostKey: ['rsa-sha2-256'] }, true],
  ['messages under HMAC-SHA1', { cipher: ['aes256-ctr'], hmac: ['hmac-sha1'] }, false],
  [
    'messages under HMAC-SHA1, after encryption',
    { cipher: ['aes256-ctr'], hmac: ['hmac-sha1-etm@openssh.com'] },
    false,
  ],
  ['messages under HMAC-SHA256', { cipher: ['aes256-ctr'], hmac: ['hmac-sha2-256'] }, true],
] as const satisfies readonly (readonly [string, Algorithms, boolean])[])(
  'a client with %s: is the login offered?',
  async (_what, algorithms, isOffered) => {
    expect(await isLoginOffered(algorithms, 'pinned')).toBe(isOffered);
    expect(await isLoginOffered(algorithms, 'known')).toBe(isOffered);
  },
);
