import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openClient } from '../../shared/redis/client.ts';
import { parseRedisUrl } from '../../shared/redis/redis-url.ts';
import { openListener } from './check-in-listener.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-tls-'));
const pair = { cert: join(folder, 'x.crt'), key: join(folder, 'x.key') };
beforeAll(() => {
  const order = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...order, ...names, '-keyout', pair.key, '-out', pair.cert], { stdio: 'ignore' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A process whose defaults somebody has weakened, in its environment or with Node's options. */
const usual = {
  authorities: tls.getCACertificates('default'),
  least: tls.DEFAULT_MIN_VERSION,
  ciphers: tls.DEFAULT_CIPHERS,
};
const weakCiphers = 'DEFAULT@SECLEVEL=0';
function weaken(): void {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  tls.DEFAULT_MIN_VERSION = 'TLSv1';
  tls.DEFAULT_CIPHERS = weakCiphers;
}
afterEach(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  tls.DEFAULT_MIN_VERSION = usual.least;
  tls.DEFAULT_CIPHERS = usual.ciphers;
  tls.setDefaultCACertificates(usual.authorities);
});

describe('check-ins over TLS', () => {
  it.each([
    ['TLSv1.1', null],
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.3', 'TLSv1.3'],
  ] as const)('with %s at most speak %s, also where the defaults were weakened', async (most, spoken) => {
    weaken();
    const { url } = await openListener(undefined, { tls: pair });
    const { port } = new URL(url);
    const ca = readFileSync(pair.cert);
    const socket = tls.connect({
      port: Number(port),
      host: '127.0.0.1',
      ca,
      minVersion: 'TLSv1',
      maxVersion: most,
      ciphers: weakCiphers,
    });
    const outcome = await new Promise<string | null>((resolve) => {
      socket.on('secureConnect', () => resolve(socket.getProtocol()));
      socket.on('error', () => resolve(null));
    });
    socket.destroy();
    expect(outcome).toBe(spoken);
  });
});

describe('Redis over TLS', () => {
  it.each([
    ['nobody trusts', 'TLS 1.3', 'TLSv1.3', false, false],
    ['is trusted', 'TLS 1.1', 'TLSv1.1', true, false],
    ['is trusted', 'TLS 1.2 with CBC', 'TLSv1.2', true, false, 'ECDHE-RSA-AES256-SHA384'],
    ['is trusted', 'TLS 1.2', 'TLSv1.2', true, true],
  ] as const)(
    'with a certificate that %s, and %s at most, gets the password only where both are right',
    async (_whose, _version, maxVersion, isTrusted, isHeard, only?: string) => {
      weaken();
      const keys = { cert: readFileSync(pair.cert), key: readFileSync(pair.key) };
      // As NODE_EXTRA_CA_CERTS does for a whole process.
      if (isTrusted) tls.setDefaultCACertificates([keys.cert.toString()]);
      const heard: string[] = [];
      const options = { ...keys, minVersion: 'TLSv1', maxVersion, ciphers: only ?? weakCiphers } as const;
      const server = tls.createServer(options, (socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          heard.push(bytes.toString());
          socket.end('-ERR enough\r\n');
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = parseRedisUrl(`rediss://:S3cret@127.0.0.1:${portOf(server)}`);
      if (address === null) throw new Error('no address');
      const client = openClient(address, { use: 'store', answerMs: 5_000, retry: () => null });
      client.on('error', () => undefined);
      await expect(client.connect()).rejects.toThrow();
      client.disconnect();
      server.close();
      expect(heard.join('').includes('S3cret')).toBe(isHeard);
    },
  );
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
