import type { AddressInfo } from 'node:net';
import ssh2, { type Connection as Served } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetOf } from '../../workers/gateways/gateway.ts';
import { Connection } from '../../workers/gateways/windows-ssh/connection.ts';
import { readTail } from '../../workers/gateways/windows-ssh/files.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/known-hosts.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { makeDoorKeys } from '../lab/ssh/server.ts';

/** A client that restarts in the middle of a look cuts the connection: the look must end then, not at its deadline. */
const keys = makeDoorKeys();
const served = new Set<Served>();
let asked = Promise.withResolvers<void>();
// It opens SFTP, and never answers what is asked over it.
const server = new ssh2.Server({ hostKeys: [keys.hostKey] }, (client) => {
  served.add(client);
  client.on('error', () => undefined);
  client.on('authentication', (context) => context.accept());
  client.on('session', (accept) => accept().on('sftp', (open) => open().on('STAT', () => asked.resolve())));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

async function connect(): Promise<Connection> {
  const usual = settingsWith(keys);
  const settings = { ...usual, timeouts: { ...usual.timeouts, keepalive: 60_000 } };
  const { port } = server.address() as AddressInfo;
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const opened = await Connection.open(
    settings,
    targetOf({ client: 'pc-1', host: '127.0.0.1', port, hostKeys }),
  );
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

/** A question that the client has got when its connection is cut. */
async function askAndCut(connection: Connection): Promise<unknown> {
  asked = Promise.withResolvers();
  const answer = readTail(connection, path, 100).catch((error: unknown) => error);
  await asked.promise;
  for (const client of served) client.end();
  return answer;
}

const path = String.raw`C:\SMS.INI`;

describe('a connection that breaks', () => {
  test('ends what is asked over SFTP', async () => {
    expect(await askAndCut(await connect())).toBeInstanceOf(Error);
  });

  test('answers what is asked over its SFTP afterwards', async () => {
    const connection = await connect();
    await askAndCut(connection);
    expect(connection.isOpen).toBe(false);
    await expect(readTail(connection, path, 100)).rejects.toThrow('the connection broke');
  });
});
