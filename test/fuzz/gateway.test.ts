import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { type Gateway, targetOf } from '../../shared/execution/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { valueSchemas } from '../../shared/execution/simulated/wire.ts';
import { contentOf } from '../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { quietLook } from '../products/given.ts';
import { assertAllAsync } from './cases.ts';
import { anyLook } from './looks.ts';
import { anyText, mutated } from './texts.ts';
import { expectUnharmed } from './unharmed.ts';

/**
 * One side of the wire sends anything; the other side must not believe it, wait for it, or break.
 */
const target = targetOf({ client: 'PC1', host: 'pc1' });
const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };
const deadlineMs = 5_000;

async function inTime<T>(what: string, done: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = delay(deadlineMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${what} hangs`);
  });
  timer.catch(() => undefined);
  return Promise.race([done, timer]).finally(() => late.abort());
}

/**
 * What a broken fleet answers to a look: lines with the call's id in them, or not; then the line
 * breaks off.
 */
const idMark = '"<id>"';
const good = JSON.stringify({ id: '<id>', ok: true, value: quietLook });
const answerLine = fc.oneof(
  {
    weight: 3,
    arbitrary: mutated([good, '{"id":"<id>","ok":false,"error":{"kind":"failed","message":"no"}}']),
  },
  {
    weight: 2,
    arbitrary: anyLook.map((value) => JSON.stringify({ id: '<id>', ok: true, value })),
  },
  { weight: 1, arbitrary: fc.json().map((value) => `{"id":"<id>","ok":true,"value":${value}}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"__proto__":{"id":1,"ok":true}}', '[]', 'null', '1e999', '', '\r'),
  },
  { weight: 2, arbitrary: anyText },
);

let door: Server;
let sayNext: (id: string) => string;
let gateway: Gateway;
let fleet: Fleet;
let honest: Gateway;

beforeAll(async () => {
  door = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (text) => {
      const id = /"id":(\d+)/.exec(text.toString())?.[1] ?? '0';
      socket.end(sayNext(id));
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  gateway = connectSimulatedGateway({ port: (door.address() as AddressInfo).port, deadlineMs });
  const row = { client: 'PC1', host: 'pc1', logonServer: 'LS1', zone: 'UTC', role: 'workstation' } as const;
  const release = stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]]));
  fleet = await startFleet({ rows: [row], seed: 'fuzz', release, startedAt: Date.UTC(2026, 10, 23, 5) });
  honest = connectSimulatedGateway({ port: fleet.port, deadlineMs });
});

afterAll(async () => {
  await gateway.close();
  await honest.close();
  await fleet.close();
  door.close();
});

test(
  'gateway: a look is complete or a failure, whatever the fleet answers',
  { timeout: 600_000 },
  async () => {
    await assertAllAsync(
      'gateway',
      fc.asyncProperty(fc.array(answerLine, { maxLength: 4 }), fc.boolean(), async (lines, whole) => {
        sayNext = (id) => lines.join('\n').replaceAll(idMark, id) + (whole ? '\n' : '');
        const look = await inTime('a look', gateway.look(target, request, new AbortController().signal));
        if (look.ok && !valueSchemas.look.safeParse(look.value).success)
          throw new Error('half a look is believed');
        expectUnharmed();
      }),
    );
  },
);

const requestLine = fc.oneof(
  mutated([
    JSON.stringify({ id: 1, op: 'look', ...target, request }),
    JSON.stringify({ id: 2, op: 'mark', ...target, fence: { counter: 1, owner: 'x' } }),
    JSON.stringify({ id: 3, op: 'writeIntent', ...target, fence: { counter: 1, owner: 'x' }, intent: null }),
    JSON.stringify({ id: 4, control: 'clientTruth', client: 'PC1' }),
    '{"abandon":1}',
  ]),
  fc.json(),
  anyText,
);

/**
 * Sends the bytes to the server of the fleet, closes, and waits until the server has closed too.
 */
async function shout(said: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: fleet.port });
  socket.on('error', () => undefined);
  socket.resume();
  const closed = once(socket, 'close');
  socket.end(said);
  await inTime('the server', closed);
}

test(
  'fleetServer: any bytes to the server of the lab fleet disturb no driver',
  { timeout: 600_000 },
  async () => {
    await assertAllAsync(
      'fleetServer',
      fc.asyncProperty(fc.array(requestLine, { maxLength: 4 }), fc.boolean(), async (lines, whole) => {
        await shout(lines.join('\n') + (whole ? '\n' : ''));
        const look = await inTime('a look', honest.look(target, request, new AbortController().signal));
        // A stranger's mark may have been well said; unreachable is what it is while it restarts.
        if (!look.ok && look.error.kind !== 'unreachable') throw new Error(JSON.stringify(look.error));
        expectUnharmed();
      }),
    );
  },
);
