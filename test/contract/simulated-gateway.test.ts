import { setImmediate as breathe } from 'node:timers/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { contentOf } from '../lab/fleet/disk.ts';
import { stagedRelease } from '../lab/fleet/logon-server.ts';
import { type Trait, traitOf } from '../lab/fleet/traits.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { gatewayContract } from './gateway.contract.ts';

const seed = 'contract';
/** Monday, before anybody comes to work. */
const mondayAtFive = Date.UTC(2026, 10, 23, 5);
const service = { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', executable: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE' };

function clientWith(trait: Trait): string {
  const names = Array.from({ length: 1000 }, (_, n) => `PC${n}`);
  return names.find((client) => traitOf(seed, client) === trait) ?? '';
}

const rows = (['pcmInBin', 'offlineForDays'] as const).map(clientWith).map((client) => ({
  client,
  host: client.toLowerCase(),
  logonServer: 'LS1',
  zone: 'UTC',
  role: 'workstation' as const,
}));
const [target, gone] = rows.map(({ client, host }) => ({ client, host }));
const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };

/** The minutes of a restart pass in milliseconds. */
const fast = (port = 0): Promise<Fleet> =>
  startFleet({
    port,
    rows,
    seed,
    startedAt: mondayAtFive,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
  });

if (target === undefined || gone === undefined) throw new Error('no such clients');

gatewayContract('simulated', async () => {
  const fleet = await fast();
  const connect = () => connectSimulatedGateway({ port: fleet.port });
  const gateway = connect();
  return {
    gateway,
    connect,
    target,
    gone,
    componentDirectory: request.componentDirectory,
    file: 'PCM32R.DLL',
    service,
    newDirectory: 'C:\\SMS_PCM',
    fence: 1,
    breathe: () => breathe(),
    close: async () => {
      await gateway.close();
      await fleet.close();
    },
  };
});

describe('the simulated gateway and its connection', () => {
  const open: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  const signal = new AbortController().signal;

  /** A door that says what the test wants it to say; the socket is real. */
  async function door(onLine: (socket: Socket, id: number) => void): Promise<number> {
    const server: Server = createServer((socket) => {
      socket.on('data', (text) => onLine(socket, Number(/"id":(\d+)/.exec(text.toString())?.[1])));
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => void server.close() });
    return (server.address() as AddressInfo).port;
  }

  function gatewayTo(port: number) {
    const gateway = connectSimulatedGateway({ port });
    open.unshift(gateway);
    return gateway;
  }

  it('is unreachable while there is no fleet, and connects as soon as there is one', async () => {
    const fleet = await fast();
    const { port } = fleet;
    await fleet.close();
    const gateway = gatewayTo(port);
    expect(await gateway.look(target, request, signal)).toMatchObject({ error: { kind: 'unreachable' } });
    open.push(await fast(port));
    expect(await gateway.look(target, request, signal)).toMatchObject({ ok: true });
  });

  it('answers cutOff when the connection breaks in mid-call, and connects again for the next', async () => {
    let calls = 0;
    const port = await door((socket, id) => {
      calls += 1;
      if (calls === 1) socket.destroy();
      else socket.write(`${JSON.stringify({ id, ok: true, value: 'ab' })}\n`);
    });
    const gateway = gatewayTo(port);
    expect(await gateway.hashFile(target, 'C:\\x', signal)).toMatchObject({ error: { kind: 'cutOff' } });
    expect(await gateway.hashFile(target, 'C:\\x', signal)).toEqual({ ok: true, value: 'ab' });
  });

  it.each([
    ['no JSON', () => 'Access is denied.'],
    ['an answer without its parts', () => '{}'],
    ['half a look', (id: number) => JSON.stringify({ id, ok: true, value: { at: 1, bootId: 'x' } })],
    [
      'a failure nobody knows',
      (id: number) => JSON.stringify({ id, ok: false, error: { kind: 'odd', message: '' } }),
    ],
    [
      'a look with more than is known',
      (id: number) => JSON.stringify({ id, ok: true, value: { surprise: 1 } }),
    ],
  ])('answers garbled to %s, and never takes it for a look', async (_what, say) => {
    const port = await door((socket, id) => void socket.write(`${say(id)}\n`));
    const answer = await gatewayTo(port).look(target, request, signal);
    expect(answer).toMatchObject({ ok: false, error: { kind: 'garbled' } });
  });

  it('does not know a client that the fleet does not have', async () => {
    const fleet = await fast();
    open.push(fleet);
    const stranger = { client: 'NOBODY', host: 'nobody' };
    const answer = await gatewayTo(fleet.port).look(stranger, request, signal);
    expect(answer).toMatchObject({
      error: { kind: 'unreachable', message: expect.stringContaining('nobody') },
    });
  });

  it('is refused for good once it is closed', async () => {
    const gateway = gatewayTo(1);
    await gateway.close();
    expect(await gateway.look(target, request, signal)).toMatchObject({ error: { kind: 'unreachable' } });
  });
});
