import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { patienceMs } from '../environment/patience.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/** The lists of an SSH_MSG_KEXINIT, in its order (RFC 4253, 7.1). */
const lists = ['kex', 'hostKey', 'cipherTo', 'cipherFrom', 'macTo', 'macFrom', 'packTo', 'packFrom'] as const;

type Offer = Readonly<Record<(typeof lists)[number], readonly string[]>>;

/** What a worker offers to a machine that it connects to: the first packet that it sends. */
async function offered(): Promise<Offer> {
  const machine = createServer();
  machine.listen(0, '127.0.0.1');
  await once(machine, 'listening');
  const { port } = machine.address() as AddressInfo;
  const gateway = connectSshGateway({ settings: settingsWith(makeSshKeys()), deadlineMs: patienceMs });
  const away = new AbortController();
  const connected = once(machine, 'connection');
  const target = targetOf({ client: 'pc-1', host: '127.0.0.1', port });
  const asked = gateway.hashFile(target, 'C:\\SMS.INI', away.signal);
  const [socket] = (await connected) as [Socket];
  onTestFinished(async () => {
    away.abort();
    socket.destroy();
    await asked;
    await gateway.close();
    machine.close();
  });
  socket.on('error', () => undefined);
  socket.write('SSH-2.0-OpenSSH_for_Windows_9.5\r\n');
  let bytes = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece]);
    const offer = offerIn(bytes);
    if (offer !== null) return offer;
  }
  throw new Error('the worker has hung up before it offered anything');
}

/** Null = not all of it has come yet. */
function offerIn(bytes: Buffer): Offer | null {
  const packet = bytes.subarray(bytes.indexOf('\r\n') + 2);
  if (packet.length < 4 || packet.length < 4 + packet.readUInt32BE(0)) return null;
  // Length, length of the padding, number of the message, cookie.
  let at = 4 + 1 + 1 + 16;
  const read = lists.map((name) => {
    const length = packet.readUInt32BE(at);
    const text = packet.toString('latin1', at + 4, at + 4 + length);
    at += 4 + length;
    return [name, text.split(',')] as const;
  });
  return Object.fromEntries(read) as unknown as Offer;
}

// Without SHA-1, CBC, RC4, 3DES, DSA and compression. The order is the one of preference.
test('a worker offers a client these algorithms, and no other', async () => {
  const offer = await offered();
  expect(offer.kex.filter((name) => !/^(?:ext-info-c|kex-strict-c-v00@openssh\.com)$/.test(name))).toEqual([
    'curve25519-sha256@libssh.org',
    'curve25519-sha256',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ]);
  expect(offer.hostKey).toEqual([
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ]);
  for (const ciphers of [offer.cipherTo, offer.cipherFrom])
    expect(ciphers.toSorted()).toEqual([
      'aes128-ctr',
      'aes128-gcm@openssh.com',
      'aes192-ctr',
      'aes256-ctr',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
    ]);
  for (const macs of [offer.macTo, offer.macFrom])
    expect(macs.toSorted()).toEqual([
      'hmac-sha2-256',
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512',
      'hmac-sha2-512-etm@openssh.com',
    ]);
  expect([offer.packTo, offer.packFrom]).toEqual([['none'], ['none']]);
});
