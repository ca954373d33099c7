import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import {
  fingerprintOf,
  nameOf,
  parseKnownHosts,
} from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { patienceMs } from '../environment/patience.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { makeSshKeys, type SshKeys } from '../lab/ssh/server.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';

const good = makeSshKeys();
/** The same login opens the other machine: only its host key tells them apart. */
const other: SshKeys = { ...makeSshKeys(), userKey: good.userKey };
const service = 'SMS_PACKAGE_COMMAND_MANAGER_NT';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** Two machines behind one address. New connections lead to the good one until it is switched. */
async function oneAddress() {
  const lines: string[] = [];
  const opened = async (keys: SshKeys, commanded: (line: string) => void): Promise<OneMachine> => {
    const hear = { connected: () => undefined, commanded, askedForFile: () => undefined };
    const machine = await openOneMachine('pcmInBin', keys, { hear });
    stack.defer(() => machine.close());
    return machine;
  };
  const first = await opened(good, () => undefined);
  const second = await opened(other, (line) => void lines.push(line));
  let leadsTo = first.server.port;
  const sockets = new Set<Socket>();
  const address = createServer((socket) => {
    const on = connect(leadsTo, '127.0.0.1');
    for (const [end, far] of [
      [socket, on],
      [on, socket],
    ] as const) {
      sockets.add(end);
      end.on('error', () => far.destroy());
      end.on('close', () => far.destroy());
      end.pipe(far);
    }
  });
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', () => resolve()));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  stack.defer(async () => {
    cut();
    await new Promise<void>((resolve) => address.close(() => resolve()));
  });
  const { port } = address.address() as AddressInfo;
  return {
    port,
    cut,
    lines,
    commands: () => first.server.commands(),
    lead: (to: 'good' | 'other') => void (leadsTo = (to === 'good' ? first : second).server.port),
  };
}

const knownHostsOf = (port: number): string =>
  `${nameOf('127.0.0.1', port)} ssh-ed25519 ${good.hostKeyBytes.toString('base64')}\n`;

function gatewayTo(port: number, knownHosts = '') {
  const settings = { ...settingsWith(good), knownHosts: parseKnownHosts(knownHosts) };
  const gateway = connectSshGateway({ settings, deadlineMs: patienceMs });
  stack.defer(() => gateway.close());
  const changeOn = (...keys: readonly SshKeys[]) => ({
    target: targetOf({
      client: 'pc-1',
      host: '127.0.0.1',
      port,
      hostKeys: keys.map(({ hostKeyBytes }) => fingerprintOf(hostKeyBytes)),
    }),
    fence: { counter: 1, owner: 'driver' },
    signal: AbortSignal.timeout(patienceMs),
  });
  return { gateway, changeOn };
}

test.each([
  ['the fleet file', 'none of those in the fleet file', [good], () => ''],
  ['known_hosts', 'but another key is known', [], knownHostsOf],
] as const)(
  'between two calls of a procedure another machine takes the address: by the key in %s nothing is sent there',
  async (_where, says, pinned, knownHosts) => {
    const { port, cut, lines, commands, lead } = await oneAddress();
    const { gateway, changeOn } = gatewayTo(port, knownHosts(port));
    const change = changeOn(...pinned);
    expect(await gateway.stopService(change, service)).toMatchObject({ ok: true });

    // The connection that is open stays with the good machine.
    lead('other');
    const before = commands();
    expect(await gateway.readService(change.target, service, change.signal)).toMatchObject({ ok: true });
    expect(commands()).toBeGreaterThan(before);

    cut();
    await expect
      .poll(() => gateway.startService(change, service))
      .toMatchObject({
        ok: false,
        error: { kind: 'unreachable', message: expect.stringContaining(says) as string },
      });
    expect(await gateway.writeIntent(change, null)).toMatchObject({ error: { kind: 'unreachable' } });
    expect(lines).toEqual([]);

    lead('good');
    expect(await gateway.startService(change, service)).toMatchObject({ ok: true });
    expect(lines).toEqual([]);
  },
);

test('an open connection is not used when the fleet file names another key for its machine', async () => {
  const { port, commands } = await oneAddress();
  const { gateway, changeOn } = gatewayTo(port);
  expect(await gateway.stopService(changeOn(good), service)).toMatchObject({ ok: true });
  const before = commands();
  expect(await gateway.startService(changeOn(other), service)).toMatchObject({
    error: {
      kind: 'unreachable',
      message: expect.stringContaining('none of those in the fleet file') as string,
    },
  });
  expect(commands()).toBe(before);
  expect(await gateway.startService(changeOn(good), service)).toMatchObject({ ok: true });
});

test('what was learned about a machine is not believed of another one at its address', async () => {
  const { port, cut, lead, lines } = await oneAddress();
  const { gateway, changeOn } = gatewayTo(port);
  const either = changeOn(good, other);
  expect(await gateway.writeIntent(either, null)).toMatchObject({ ok: true });
  lead('other');
  cut();
  await expect.poll(() => gateway.writeIntent(either, null)).toMatchObject({ ok: true });
  // The folder of Windows is asked first: the intent stands there.
  expect(lines[0]).toContain('%SystemRoot%');
});
