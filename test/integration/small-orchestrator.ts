import { contextOver, keepingDispatcher } from '../fixtures/context.ts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { expect } from 'vitest';
import type { CheckInConfig } from '../../shared/config.ts';
import type { Clock } from '../../shared/clock.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import type { Environment } from '../../orchestrator/doctor/diagnose.ts';
import { openCheckIns } from '../../orchestrator/http/checkin/listener.ts';
import { buildApi } from '../../orchestrator/http/api.ts';
import type { Activation } from '../../shared/store/types.ts';
import { tokenFileIn } from '../../orchestrator/http/secrets.ts';

/** The API of an orchestrator with everything behind it but the queue: what would become a job is kept in `jobs`. */
export interface SmallOrchestrator extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Holds the token, and whatever files a test writes. */
  readonly folder: string;
  readonly store: Store;
  readonly jobs: readonly Activation[];
  /** Where clients report in by themselves: opened when it is first called. Returns its URL. */
  openDoor(config?: Partial<CheckInConfig>): Promise<string>;
  /** Asks with the token; `body` goes as JSON. */
  ask(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Writes a file of the folder and returns its path. */
  readonly write: (name: string, text: string) => string;
}

export interface Answer {
  readonly status: number;
  // What an answer holds is for the test to say.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Tuesday, 09:00 UTC; it stands still. */
export const now = Date.UTC(2026, 10, 17, 9);

const standingClock: Clock = {
  now: () => now,
  realDelay: (at) => Math.max(0, at - now),
  policySpan: (ms) => ms,
};

export async function startSmallOrchestrator(
  store: Store = createMemoryStore(Date.now),
  log: Logger = pino({ level: 'silent' }),
  environment?: (folder: string) => Environment,
): Promise<SmallOrchestrator> {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-api-'));
  const token = 'a-token-for-this-test-only';
  const jobs: Activation[] = [];
  const dispatcher = keepingDispatcher(jobs);
  const archive = openArchive({ folder: join(folder, 'audit'), prefix: 'test', shards: 1 });
  const checkInKey = 'a-key-for-this-test-only';
  const context = { ...contextOver(store, standingClock, dispatcher, log), archive, checkInKey };
  const api = buildApi(context, {
    token,
    log,
    ...(environment === undefined ? {} : { environment: environment(folder) }),
  });
  const doors: { close(): Promise<unknown> }[] = [];
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };
  writeFileSync(tokenFileIn(folder), `${token}\n`, { mode: 0o600 });
  return {
    url,
    token,
    folder,
    store,
    jobs,
    openDoor: async (config = {}) => {
      const place = { host: '127.0.0.1', port: 0, address: 'never', tls: null, ...config } as const;
      const opened = openCheckIns(context, place);
      if (!opened.ok) throw new Error(opened.error.message);
      doors.push(opened.value);
      return opened.value.listen({ host: place.host, port: place.port });
    },
    write,
    ask: async (method, path, body, headers = {}) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...json, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([api.close(), ...doors.map((door) => door.close())]);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ten clients on two logon servers, one of them a server. */
export const fleetCsv = [
  'client,host,logonServer,zone,role,labels',
  ...Array.from(
    { length: 9 },
    (_, i) =>
      `pc-${i},NT-${i},${i % 3 === 0 ? 'LS-MIL' : 'LS-ROM'},Europe/Rome,workstation,${i < 5 ? 'office' : 'shop'}`,
  ),
  'srv-1,NT-S1,LS-ROM,Europe/Rome,server,office',
  '',
].join('\n');

export const campaignYaml = (name = 'sp4', more = ''): string =>
  `campaign: ${name}\nrelease: sms-sp4\nwaves:\n  - { name: canary, count: 2 }\n  - { name: rest, rest: true }\n${more}`;

/** A release whose upgrade command runs `script`, and whose tree has one component file. */
export function writeRelease(
  { write, folder }: SmallOrchestrator,
  script = 'echo staged',
  release = 'sms-sp4',
): string {
  write('upgrade.sh', `#!/bin/sh\n${script}\n`);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  write('bin/APPCTL32.EXE', 'new');
  const lines = [
    `release: ${release}`,
    'product: sms-1.2',
    'servicePack: 4',
    `tree: ${folder}`,
    'components: bin',
    'upgrade: { command: [./upgrade.sh], timeout: 10s }',
  ];
  return write('release.yaml', `${lines.join('\n')}\n`);
}

/** A campaign over ten clients that runs, and nobody is admitted yet. */
export async function startRunning(
  store: Store = createMemoryStore(Date.now),
  yaml = campaignYaml(),
): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: yaml });
  const started = await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
  expect([started.status, started.body.status]).toEqual([200, 'running']);
  return orchestrator;
}
