import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { callBytesAtMost } from '../../workers/gateways/windows-ssh/connection/inflow.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { Connection } from '../../workers/gateways/windows-ssh/connection/connection.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { patienceMs } from '../environment/patience.ts';
import { until } from '../fixtures/until.ts';
import { type HostileMode, hostilities } from '../lab/ssh/hostile/modes.ts';
import { type HostileServer, startHostile } from '../lab/ssh/hostile/start.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/**
 * Clients that keep to no rule, each an sshd of its own process. Whatever a client sends: the call
 * ends, the connection ends, and the other clients go on.
 */
const keys = makeSshKeys();
const modes = (Object.keys(hostilities) as HostileMode[]).filter((mode) => mode !== 'honest');
const honestClients = 20;
const deadlineMs = 10_000;
/** What one call may bring, and what lies in buffers on the way. */
const bytesAtMost = 40 * 1024 * 1024;

const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs });
/** The file of this client ends at its size, so its call ends by itself, also on a busy machine. */
const endless: HostileMode = 'serves more than the size of the file';
const patient = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
const { signal } = new AbortController();
let hostile: readonly HostileServer[] = [];
let honest: readonly HostileServer[] = [];

beforeAll(async () => {
  const start = (mode: HostileMode) => startHostile(mode, keys.hostKey);
  hostile = await Promise.all(modes.map(start));
  honest = await Promise.all(Array.from({ length: honestClients }, () => start('honest')));
});
afterAll(async () => {
  await Promise.all([gateway.close(), patient.close()]);
  await Promise.all([...hostile, ...honest].map((server) => server.stop()));
});

/** Hashes a file of the client; it is read over SFTP, because certutil prints nothing there. */
const ask = ({ mode, port }: HostileServer, by = gateway) =>
  by.hashFile(
    targetOf({ client: mode, host: '127.0.0.1', port, hostKeys: [fingerprintOf(keys.hostKeyBytes)] }),
    String.raw`C:\MS\SMS\CLI_NT.EXE`,
    signal,
  );

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds of each call to the honest clients, round by round, while `goesOn`. */
async function roundsWhile(goesOn: (rounds: number) => boolean): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let rounds = 0; goesOn(rounds); rounds += 1) {
    await Promise.all(
      honest.map(async (server) => {
        const begun = performance.now();
        expect(await ask(server)).toMatchObject({ ok: true });
        tookMs.push(performance.now() - begun);
      }),
    );
  }
  return tookMs;
}

/**
 * All hostile clients answer at once. Returns how many calls to the other ones were answered before
 * the last hostile call had ended, and how much slower these calls were.
 */
async function underAttack(): Promise<{ readonly answered: number; readonly slower: number }> {
  const before = medianOf(await roundsWhile((rounds) => rounds < 20));
  const rssBefore = process.memoryUsage().rss;
  let rssAtMost = rssBefore;
  const measure = setInterval(() => (rssAtMost = Math.max(rssAtMost, process.memoryUsage().rss)), 20);
  let left = hostile.length;
  const lost = hostile.map(({ ended }) => ended.length);
  const attacks = hostile.map(async (server) => {
    const answer = await ask(server, server.mode === endless ? patient : gateway);
    left -= 1;
    return [server.mode, answer.ok ? 'hash' : answer.error.kind];
  });
  const besideMs = await roundsWhile(() => left > 0);
  const isEnd = expect.stringMatching(/^(?:timedOut|cutOff|garbled|unreachable)$/);
  for (const [mode, end] of await Promise.all(attacks))
    expect([mode, end]).toEqual([mode, mode === endless ? 'hash' : isEnd]);
  await until('every hostile client has lost its connection', () =>
    hostile.every(({ ended }, at) => ended.length > (lost[at] ?? 0)),
  );
  clearInterval(measure);
  for (const { mode, ended } of hostile)
    expect([mode, Math.max(...ended) < bytesAtMost]).toEqual([mode, true]);
  expect(rssAtMost - rssBefore).toBeLessThan(hostile.length * callBytesAtMost);
  const after = medianOf(await roundsWhile((rounds) => rounds < 20));
  return { answered: besideMs.length, slower: medianOf(besideMs) / Math.max(before, after) };
}

test('hostile clients of every kind at once end their own calls, and hold up nobody else', async () => {
  await roundsWhile((rounds) => rounds < 5);
  const { answered, slower } = await underAttack();
  // How much slower is a figure of this machine and of its other work, and no promise.
  console.info(`honest clients beside hostile ones: ${answered} calls, ${slower.toFixed(1)} times the time`);
  expect(answered).toBeGreaterThanOrEqual(honestClients);
});

describe('a client that takes the connection and says nothing', () => {
  const silent = createServer();
  const open = new Set<Socket>();
  silent.on('connection', (socket) => void open.add(socket));
  const target = () => {
    const { port } = silent.address() as AddressInfo;
    return targetOf({ client: 'silent', host: '127.0.0.1', port });
  };
  const settings = { ...settingsWith(keys), handshakes: 1 };
  beforeAll(() => new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    for (const socket of open) socket.destroy();
    silent.close();
  });

  test('does not keep its turn to log in from the others until its own deadline', async () => {
    const oneAtATime = connectSshGateway({ settings, deadlineMs: patienceMs });
    const [first] = honest;
    if (first === undefined) throw new Error('no honest client');
    const [stuck, good] = [oneAtATime.readIntent(target(), signal), ask(first, oneAtATime)];
    expect(await Promise.race([stuck, good])).toMatchObject({ ok: true });
    expect(await stuck).toMatchObject({ error: { kind: 'unreachable' } });
    await oneAtATime.close();
  });

  test('does not hold up the end of the worker', async () => {
    const closing = connectSshGateway({ settings, deadlineMs: patienceMs });
    const login = Connection.open(settings, target()).then(() => 'the deadline of a login');
    const call = closing.readIntent(target(), signal);
    const closed = closing.close().then(() => 'closed');
    expect(await Promise.race([closed, login])).toBe('closed');
    expect(await call).toMatchObject({ ok: false });
    await login;
  });
});
