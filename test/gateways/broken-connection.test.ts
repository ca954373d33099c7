import type { AddressInfo } from 'node:net';
import ssh2, { type Connection as Served } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { Connection } from '../../workers/gateways/windows-ssh/connection/connection.ts';
import { readTail, sftpPath } from '../../workers/gateways/windows-ssh/connection/files.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/**
 * A client that restarts during a look cuts the connection. The look must end at once, not at its
 * deadline.
 */
const { STATUS_CODE } = ssh2.utils.sftp;
const keys = makeSshKeys();
const served = new Set<Served>();
let asked = Promise.withResolvers<void>();
let closing = Promise.withResolvers<void>();
const readable = String.raw`C:\READ.ME`;
// This server opens SFTP and answers no request over it. For one file it answers everything except
// the close.
const server = new ssh2.Server({ hostKeys: [keys.hostKey] }, (client) => {
  served.add(client);
  client.on('error', () => undefined);
  client.on('authentication', (context) => context.accept());
  client.on('session', (accept) =>
    accept().on('sftp', (open) => {
      const sftp = open();
      sftp.on('STAT', (id, name) => {
        if (name !== sftpPath(readable)) return asked.resolve();
        sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size: 3, atime: 0, mtime: 0 });
      });
      sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('one')));
      sftp.on('READ', (id, _handle, from) =>
        from === 0 ? sftp.data(id, Buffer.from('abc')) : sftp.status(id, STATUS_CODE.EOF),
      );
      sftp.on('CLOSE', () => closing.resolve());
    }),
  );
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

async function connect(to = server): Promise<Connection> {
  const usual = settingsWith(keys);
  const settings = { ...usual, timeouts: { ...usual.timeouts, keepalive: 60_000 } };
  const { port } = to.address() as AddressInfo;
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const opened = await Connection.open(
    settings,
    targetOf({ client: 'pc-1', host: '127.0.0.1', port, hostKeys }),
  );
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

/** A question that has reached the client when its connection is cut. */
async function askAndCut(connection: Connection): Promise<unknown> {
  asked = Promise.withResolvers();
  const answer = readTail(connection, path, 100, signal).catch((error: unknown) => error);
  await asked.promise;
  for (const client of served) client.end();
  return answer;
}

const path = String.raw`C:\SMS.INI`;
const { signal } = new AbortController();

/** A client that opens SFTP and answers the first request with bytes that are no packet. */
const babbling = new ssh2.Server({ hostKeys: [keys.hostKey] }, (client) => {
  client.on('error', () => undefined);
  client.on('authentication', (context) => context.accept());
  client.on('session', (accept) =>
    accept().on('subsystem', (open) => {
      const channel = open();
      let packets = 0;
      channel.on('data', () => {
        packets += 1;
        const version = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3]);
        channel.write(packets === 1 ? version : 'Welcome to this machine!');
      });
    }),
  );
});

test('a client that answers on SFTP with other bytes fails each request over SFTP, and no other request', async () => {
  await new Promise<void>((resolve) => babbling.listen(0, '127.0.0.1', resolve));
  const connection = await connect(babbling);
  await expect(readTail(connection, path, 100, signal)).rejects.toThrow('No response from server');
  await expect(readTail(connection, path, 100, signal)).rejects.toThrow('No response from server');
  expect(connection.isOpen).toBe(true);
  connection.close();
  await new Promise<void>((resolve) => babbling.close(() => resolve()));
});

describe('a connection that breaks', () => {
  test('ends the requests over SFTP', async () => {
    expect(await askAndCut(await connect())).toBeInstanceOf(Error);
  });

  test('fails no read of a file when only the close is not answered', async () => {
    const connection = await connect();
    closing = Promise.withResolvers();
    const tail = await readTail(connection, readable, 100, signal);
    expect(tail?.bytes.toString()).toBe('abc');
    await closing.promise;
    const broken = connection.overSftp(signal, () => new Promise<never>(() => undefined));
    for (const client of served) client.end();
    // An error of the stream without a listener would end the worker.
    await expect(broken).rejects.toThrow('the connection broke');
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('fails later requests over its SFTP', async () => {
    const connection = await connect();
    await askAndCut(connection);
    expect(connection.isOpen).toBe(false);
    await expect(readTail(connection, path, 100, signal)).rejects.toThrow('the connection broke');
  });
});
