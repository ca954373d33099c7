import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Store } from '../../shared/store/store.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

/** An orchestrator whose clients report by themselves, and what a client does. */
export interface Listener {
  readonly orchestrator: SmallOrchestrator;
  readonly url: string;
  /** Every line of the orchestrator's log. */
  readonly logged: readonly string[];
  tokenOf(client: string): Promise<string>;
  checkIn(client: string, token: string, more?: CheckInRequest): Promise<CheckInAnswer>;
}

export interface CheckInRequest {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

export interface CheckInAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Opens the listener for check-ins over a fleet of ten clients. The test's end closes it. */
export async function openListener(
  store: Store = createMemoryStore(Date.now),
  config: Parameters<SmallOrchestrator['openCheckIns']>[0] = {},
): Promise<Listener> {
  const logged: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(chunk.toString());
      done();
    },
  });
  const orchestrator = await startSmallOrchestrator(store, { log: pino({ level: 'trace' }, stream) });
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  const url = await orchestrator.openCheckIns(config);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  return {
    orchestrator,
    url,
    logged,
    tokenOf: async (client) =>
      (await tokensOf(orchestrator, `client=${client}`)).split(',').at(-1)?.trim() ?? '',
    checkIn: async (client, token, { method = 'POST', body, headers = {}, query = '' } = {}) => {
      const answer = await fetch(`${url}/checkin/${client}${query}`, {
        method,
        headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
      });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
  };
}

/** The tokens of the fleet as CSV. */
export async function tokensOf({ url, token }: SmallOrchestrator, query = ''): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${url}/v1/fleet/tokens?format=csv&${query}`, { headers })).text();
}

/** Starts a campaign in which pc-1 is due in an hour. */
export async function startDue({ orchestrator }: Listener): Promise<void> {
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const selection = 'seed: 1\nselect: { clients: [pc-1, pc-2, pc-4] }\n';
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4', selection) });
  await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
  await orchestrator.store.admit(
    'sp4',
    [{ client: 'pc-1', wave: 0, logonServer: 'LS-ROM' }],
    now + 3_600_000,
  );
}
