import { setImmediate as breathe } from 'node:timers/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { chance } from '../../orchestrator/simulation/machines/chance.ts';
import { type FaultKind, faultKinds, Faults } from '../lab/fleet/faults.ts';
import { type Fleet, type FleetSetup, startFleet } from '../lab/fleet/start-fleet.ts';
import { contentOf } from '../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import { type Trait, traitOf } from '../../orchestrator/simulation/machines/traits.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { type Change, type GatewayResult, targetOf } from '../../shared/execution/gateway.ts';
import type { Op } from '../../shared/execution/simulated/wire.ts';
import { smsMethods } from '../products/given.ts';
import { rightsIn } from './lab-rights.ts';
import { type ContractClients, everyChange } from './contract-clients.ts';
import { gatewayContract } from './gateway.contract.ts';
import { patienceMs } from '../environment/patience.ts';

const seed = 'contract';
/** Monday, before the users come to work. */
const mondayAtFive = Date.UTC(2026, 10, 23, 5);
const service = { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', executable: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE' };

function clientWith(trait: Trait): string {
  const names = Array.from({ length: 1000 }, (_, n) => `PC${n}`);
  // The services of this client have an account without a password.
  return names.find((name) => traitOf(seed, name) === trait && chance(seed, name, 'account') >= 0.5) ?? '';
}

const rows = (['pcmInBin', 'offlineForDays'] as const).map(clientWith).map((client) => ({
  client,
  host: client.toLowerCase(),
  logonServer: 'LS1',
  zone: 'UTC',
  role: 'workstation' as const,
}));
const [target, gone] = rows.map(targetOf);
const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };

/** A lab in which the minutes of a restart take milliseconds. */
const fast = (port = 0, setup: Partial<FleetSetup> = {}): Promise<Fleet> =>
  startFleet({
    ...setup,
    port,
    rows,
    seed,
    startedAt: mondayAtFive,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
  });

if (target === undefined || gone === undefined) throw new Error('no such clients');

const openLab = async (
  setup: Partial<FleetSetup> = {},
  deadlineMs = patienceMs,
): Promise<ContractClients & { readonly fleet: Fleet }> => {
  const fleet = await fast(0, setup);
  const connect = () => connectSimulatedGateway({ port: fleet.port, deadlineMs });
  const gateway = connect();
  return {
    fleet,
    gateway,
    connect,
    target,
    gone,
    componentDirectory: request.componentDirectory,
    file: 'PCM32R.DLL',
    service,
    methods: smsMethods(),
    newDirectory: 'C:\\SMS_PCM',
    plant: async (path) => fleet.plant(target.client, path),
    rightsOf: async (path) =>
      rightsIn((await fleet.clientTruth(target.client))?.permissions[path.toLowerCase()]),
    fence: 1,
    breathe: () => breathe(),
    close: async () => {
      await gateway.close();
      await fleet.close();
    },
  };
};

gatewayContract('simulated', () => openLab());

describe('a fault of the lab fleet', () => {
  const must: Readonly<Record<FaultKind, string>> = {
    lostCall: 'timedOut',
    lostAnswer: 'timedOut',
    cutBefore: 'cutOff',
    cutAfter: 'cutOff',
    halfAnswer: 'cutOff',
    wrongLine: 'garbled',
    wrongValue: 'garbled',
    wrongText: 'done',
    endlessAnswer: 'cutOff',
    slowCall: 'done',
    slowAnswer: 'done',
  };
  const effectless: readonly FaultKind[] = ['lostCall', 'cutBefore'];
  const path = 'C:\\SMS_PCM\\PCMSVC32.EXE';

  it.each(faultKinds)(
    '%s: every call says what is known, and the effect on the client is real',
    async (kind) => {
      // A short deadline only where the deadline itself is what ends the call.
      const lab = await openLab({ slowMs: 20 }, must[kind] === 'timedOut' ? 300 : patienceMs);
      const { fleet, gateway } = lab;
      try {
        const reads = {
          look: () => gateway.look(target, request, AbortSignal.timeout(patienceMs)),
          readService: () => gateway.readService(target, service.name, AbortSignal.timeout(patienceMs)),
          hashFile: () => gateway.hashFile(target, service.executable, AbortSignal.timeout(patienceMs)),
          readIntent: () => gateway.readIntent(target, AbortSignal.timeout(patienceMs)),
        };
        const change = { target, fence: { counter: 1, owner: 'a' }, signal: AbortSignal.timeout(patienceMs) };
        // A client that restarts does not answer, so the restart comes last.
        const changes = everyChange(lab, path).toSorted(([what]) => (what === 'restart' ? 1 : -1));
        for (const [what, call] of [...Object.entries(reads), ...changes]) {
          await fleet.fault({ op: what as Op, kind, times: 1 });
          const answer = await (call as (where: Change) => Promise<GatewayResult<unknown>>)(change);
          const unspoiled = answer.ok || answer.error.kind === 'failed' ? 'done' : answer.error.kind;
          expect([what, unspoiled]).toEqual([what, must[kind]]);
        }
        const { journal } = (await fleet.clientTruth(target.client)) ?? { journal: [] };
        const effects = effectless.includes(kind) ? [] : changes.map(([what]) => what);
        expect(journal.map(({ op }) => op)).toEqual(effects);
        expect((await fleet.summary()).faults).toEqual({ [kind]: changes.length + 4 });
      } finally {
        await lab.close();
      }
    },
  );

  it('follows from the seed: the same calls of a client have the same faults', async () => {
    const drawn = (seed: string, others: boolean) => {
      const faults = new Faults(seed);
      faults.add({ rate: 0.3 });
      return Array.from({ length: 200 }, (_, id) => {
        if (others) faults.strike({ id: 1, op: 'readIntent', client: `other-${id % 7}`, host: '' });
        return faults.strike({ id: 1, op: 'readIntent', client: 'PC1', host: '' });
      });
    };
    expect(drawn('one', false)).toEqual(drawn('one', true));
    expect(drawn('one', false)).not.toEqual(drawn('two', false));
    const kinds = drawn('one', false).filter((kind) => kind !== null);
    expect(new Set(kinds).size).toBe(faultKinds.length);
    expect(kinds.length / 200).toBeCloseTo(0.3, 1);
  });

  it('holds for one client, one operation and a number of calls, and can be lifted', async () => {
    const lab = await openLab();
    try {
      const { gateway, fleet } = lab;
      const control = connectFleetControl({ port: fleet.port });
      const read = async () => {
        const answer = await gateway.readIntent(target, AbortSignal.timeout(patienceMs));
        return answer.ok ? 'done' : answer.error.kind;
      };
      const fault = await control.fault({ client: target.client, op: 'readIntent', kind: 'wrongValue' });
      const other = await control.fault({ client: gone.client, kind: 'wrongLine' });
      expect([await read(), await read()]).toEqual(['garbled', 'garbled']);
      await fault.struck();
      await fault.lift();
      expect(await read()).toBe('done');
      await control.fault({ kind: 'cutAfter', op: 'readIntent', times: 2 });
      expect([await read(), await read(), await read()]).toEqual(['cutOff', 'cutOff', 'done']);
      await other.lift();
      await control.close();
    } finally {
      await lab.close();
    }
  });
});

describe('the simulated gateway and its connection', () => {
  const open: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  const signal = new AbortController().signal;

  /** A server on a real socket that answers what the test says. Returns its port. */
  async function serveLines(onLine: (socket: Socket, id: number) => void): Promise<number> {
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

  it('answers unreachable without a fleet, and connects when there is one', async () => {
    const fleet = await fast();
    const { port } = fleet;
    await fleet.close();
    const gateway = gatewayTo(port);
    expect(await gateway.look(target, request, signal)).toMatchObject({ error: { kind: 'unreachable' } });
    open.push(await fast(port));
    expect(await gateway.look(target, request, signal)).toMatchObject({ ok: true });
  });

  it('answers cutOff when the connection breaks during a call, and connects again for the next call', async () => {
    let calls = 0;
    const hash = 'ab'.repeat(32);
    const port = await serveLines((socket, id) => {
      calls += 1;
      if (calls === 1) socket.destroy();
      else socket.write(`${JSON.stringify({ id, ok: true, value: hash })}\n`);
    });
    const gateway = gatewayTo(port);
    expect(await gateway.hashFile(target, 'C:\\x', signal)).toMatchObject({ error: { kind: 'cutOff' } });
    expect(await gateway.hashFile(target, 'C:\\x', signal)).toEqual({ ok: true, value: hash });
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
    const port = await serveLines((socket, id) => void socket.write(`${say(id)}\n`));
    const answer = await gatewayTo(port).look(target, request, signal);
    expect(answer).toMatchObject({ ok: false, error: { kind: 'garbled' } });
  });

  it('refuses a client that the fleet does not have', async () => {
    const fleet = await fast();
    open.push(fleet);
    const stranger = targetOf({ client: 'NOBODY', host: 'nobody' });
    const answer = await gatewayTo(fleet.port).look(stranger, request, signal);
    expect(answer).toMatchObject({
      error: { kind: 'unreachable', message: expect.stringContaining('nobody') },
    });
  });

  it('refuses every call after it is closed', async () => {
    const gateway = gatewayTo(1);
    await gateway.close();
    expect(await gateway.look(target, request, signal)).toMatchObject({ error: { kind: 'unreachable' } });
  });
});
