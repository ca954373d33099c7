import { connect } from 'node:net';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { recount } from '../twin/recount.ts';
import { testRedis } from '../environment/redis.ts';
import { routesOf } from '../fixtures/routes.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { Browser, type Heard } from './browser.ts';
import { assertAllAsync, casesOf } from './cases.ts';
import { ExpectedState } from './expected-state.ts';
import { anyAsk, anyKnock, type Ask } from './requests.ts';
import { anyText, nasty } from './texts.ts';
import { expectUnharmed } from './unharmed.ts';

/** The real API on a real Redis; only the queue is a list. */
let orchestrator: SmallOrchestrator;
let browser: Browser;
let secrets: readonly string[];
const state = new ExpectedState();
const logged: string[] = [];
/** By method and route: the statuses that were seen. */
const seen = new Map<string, Set<number>>();

beforeAll(async () => {
  const redis = testRedis();
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(chunk.toString());
      done();
    },
  });
  const log = pino({ level: 'debug' }, stream);
  orchestrator = await startSmallOrchestrator(unwrapped(await openRedisStore(redis)), { log });
  browser = new Browser(orchestrator);
  secrets = [orchestrator.token, decodeURIComponent(new URL(redis.url).password)].filter(
    (each) => each !== '',
  );
  const path = writeRelease(orchestrator);
  await honest('/v1/fleet', { file: 'f.csv', text: fleetCsv });
  await honest('/v1/releases', { path });
  await honest('/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4') });
});

afterAll(async () => {
  browser.close();
  await orchestrator[Symbol.asyncDispose]();
});

async function honest(path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${orchestrator.token}`, 'content-type': 'application/json' };
  const answer = await ask({ method: 'POST', path, headers, body: JSON.stringify(body) });
  if (answer?.status !== 200) throw new Error(`${path}: ${answer?.text}`);
}

/** Sends, judges the answer, and takes note of what was accepted. */
async function ask(given: Ask): Promise<Heard | null> {
  const answer = await browser.send(given);
  expectUnharmed();
  expectNoSecret(logged.splice(0).join(''), 'the log');
  if (answer === null) return null;
  expectNoSecret(answer.text + answer.head, 'the answer');
  if (answer.status >= 500) throw new Error(`status ${answer.status}: ${answer.text}`);
  if (answer.status >= 400 && given.method !== 'HEAD') expectRefusal(answer);
  count(given, answer.status);
  if (!state.note(given, browser.bodyOf(given), answer)) await readState();
  return answer;
}

interface Held {
  readonly campaigns: Map<string, string>;
  readonly releases: readonly string[];
}

async function heldNow(): Promise<Held> {
  const { body: listed } = await orchestrator.ask('GET', '/v1/campaigns');
  const { body: staged } = await orchestrator.ask('GET', '/v1/releases');
  const campaigns = listed.campaigns as { campaign: string; status: string }[];
  return {
    campaigns: new Map(campaigns.map(({ campaign, status }) => [campaign, status])),
    releases: (staged.releases as { release: string }[]).map(({ release }) => release),
  };
}

/** After a request that changes more than its answer says. */
async function readState(): Promise<void> {
  const { campaigns, releases } = await heldNow();
  state.campaigns = campaigns;
  state.releases = new Set(releases);
}

function expectNoSecret(text: string, where: string): void {
  if (secrets.some((secret) => text.includes(secret)))
    throw new Error(`a secret stands in ${where}: ${text}`);
  if (/\n\s+at .+:\d+:\d+/.test(text)) throw new Error(`a stack trace stands in ${where}: ${text}`);
}

function expectRefusal({ status, text }: Heard): void {
  // Node refuses a strange Expect by itself, without a word.
  if (status === 417) return;
  const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
  if (typeof error?.code !== 'string' || typeof error.message !== 'string' || error.message === '')
    throw new Error(`not a refusal: ${text}`);
}

const routes = routesOf().map(({ method, path }) => ({
  name: `${method} ${path}`,
  method,
  path,
  form: new RegExp(`^${path.replaceAll('x-1', '[^/?]+')}(\\?|$)`),
}));

function count({ method, path }: Ask, status: number): void {
  const route = routes.find((each) => each.method === method && each.form.test(path));
  if (route === undefined) return;
  seen.set(route.name, (seen.get(route.name) ?? new Set()).add(status));
}

test(
  'http: every route answers every request, and keeps what it accepted',
  { timeout: 600_000 },
  async () => {
    await assertAllAsync(
      'http',
      fc.asyncProperty(anyAsk, async (given) => {
        await ask(given);
      }),
    );
    // No route was left out, and a long storm has reached the code that changes something, not only
    // its checks.
    const quiet = routes.filter(({ name }) => [...(seen.get(name) ?? [])].every((status) => status === 401));
    expect(quiet.map(({ name }) => name)).toEqual([]);
    const deep = routes.filter(({ method, path }) => method === 'POST' && comesThrough.test(path));
    const shut = deep.filter(({ name }) => seen.get(name)?.has(200) !== true);
    expect(casesOf('http') < comesThroughFrom ? [] : shut.map(({ name }) => name)).toEqual([]);
    await expectStateHeld();
  },
);

/** These need nothing that another request of the storm may have ended for good. */
const comesThrough = /^\/v1\/(fleet|releases|campaigns|campaigns\/x-1\/start|clients\/x-1\/checkin)$/;
/** With fewer, chance may keep one route shut. */
const comesThroughFrom = 5_000;

async function expectStateHeld(): Promise<void> {
  const byName = (a: { client: string }, b: { client: string }): number => (a.client < b.client ? -1 : 1);
  expect((await wholeFleet()).toSorted(byName)).toEqual([...state.fleet.values()].sort(byName));
  const { campaigns, releases } = await heldNow();
  expect(campaigns).toEqual(state.campaigns);
  expect(releases).toEqual([...state.releases]);
  for (const [name] of campaigns) {
    expect((await orchestrator.ask('GET', `/v1/campaigns/${name}/report`)).status).toBe(200);
    expect(await orchestrator.store.counters(name)).toEqual(await recount(orchestrator.store, name));
  }
}

/** All pages of the fleet. */
async function wholeFleet(): Promise<{ client: string }[]> {
  const clients: { client: string }[] = [];
  for (let after = ''; ;) {
    const { body } = await orchestrator.ask('GET', `/v1/fleet?limit=1000${after}`);
    clients.push(...(body.clients as { client: string }[]));
    if (body.next === null) return clients;
    after = `&after=${encodeURIComponent(String(body.next))}`;
  }
}

test(
  'checkIn: the listener for check-ins answers every request, in one line of text',
  { timeout: 600_000 },
  async () => {
    const { token } = await tokenOf('pc-1');
    const listener = new Browser({
      url: await orchestrator.openCheckIns({ address: 'sent' }),
      token,
      folder: orchestrator.folder,
    });
    const before = await orchestrator.store.readClient('pc-1');
    await assertAllAsync(
      'checkIn',
      fc.asyncProperty(anyKnock, async (given) => {
        const answer = await listener.send(given);
        expectUnharmed();
        const said = logged.splice(0).join('');
        for (const secret of [token, ...secrets])
          if (said.includes(secret) || answer?.text.includes(secret) === true)
            throw new Error('an answer or a log holds a secret');
        if (answer === null || given.method === 'HEAD') return;
        // Node itself refuses an unknown Expect and bytes that are no HTTP.
        if (answer.text === '' && [400, 417].includes(answer.status)) return;
        const isRefusal = answer.text.startsWith('refused: ');
        if (answer.status >= 500 || isRefusal !== answer.status >= 400)
          throw new Error(`${answer.status}: ${answer.text}`);
        if (answer.status === 200 && !answer.text.startsWith('pc-1: ')) throw new Error(answer.text);
      }),
    );
    listener.close();
    // The client has no pinned key, so no check-in changed its address.
    expect(await orchestrator.store.readClient('pc-1')).toEqual(before);
  },
);

async function tokenOf(client: string): Promise<{ readonly token: string }> {
  const headers = { authorization: `Bearer ${orchestrator.token}` };
  const answer = await fetch(`${orchestrator.url}/v1/fleet/tokens?client=${client}`, { headers });
  return (await answer.json()) as { token: string };
}

const wellKnown: readonly string[] = [
  ['GET /v1/health HTTP/1.1', 'POST /v1/fleet HTTP/1.1', 'POST /v1/clients/pc-1/checkin HTTP/1.1'],
  ['PRI * HTTP/2.0', 'Host: x', 'Content-Length: 5', 'Content-Length: 2', 'Content-Length: -1'],
  ['Content-Length: 99999999999999999999', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'],
  ['Content-Type: application/json', 'Expect: 100-continue', 'Upgrade: websocket', 'Connection: upgrade'],
  ['ffffffff', '5', '0', '{}', ''],
].flat();

const line = fc.oneof(
  fc.constantFrom(...wellKnown),
  fc.constantFrom(...nasty).map((word) => `X-Odd: ${word}`),
  fc.constantFrom(`X-Long: ${'x'.repeat(20_000)}`),
  anyText,
);

/** Says it, hangs up, and brings what was answered until then. */
function shout(said: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(orchestrator.url);
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(said));
  let heard = '';
  socket.setTimeout(2_000, () => socket.destroy());
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.once('close', () => resolve(heard));
  return promise;
}

test(
  'rawHttp: incomplete requests and other bytes disturb no other client',
  { timeout: 600_000 },
  async () => {
    await assertAllAsync(
      'rawHttp',
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), async (lines, ends) => {
        const heard = await shout(lines.join('\r\n') + (ends ? '\r\n\r\n' : ''));
        expectNoSecret(heard, 'the answer');
        if (/^HTTP\/1\.\d 5/.test(heard) && !heard.startsWith('HTTP/1.1 505')) throw new Error(heard);
        const health = await orchestrator.ask('GET', '/v1/health');
        if (health.status !== 200) throw new Error(`health ${health.status}`);
      }),
    );
    await expectStateHeld();
  },
);
