import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAudit } from '../../orchestrator/audit/page-audit.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { at, clientOf } from '../contract/store/fixtures.ts';
import { contextOf } from './admitted-clients.ts';
import type { Store } from '../../shared/store/store.ts';

/** More entries than a stream reads at once. */
const scrapped = Array.from({ length: 1_100 }, (_, n) => `x-${n}`);
const formula = '=cmd|calc';
const ndjson = 'application/x-ndjson';
const report = '/v1/campaigns/sp4/report';

let orchestrator: SmallOrchestrator;
let store: Store;

async function get(path: string, accept?: string) {
  const response = await fetch(`${orchestrator.url}${path}`, {
    headers: { authorization: `Bearer ${orchestrator.token}`, ...(accept === undefined ? {} : { accept }) },
  });
  const type = response.headers.get('content-type')?.split(';')[0];
  return { status: response.status, type, text: await response.text() };
}

const linesOf = ({ text }: { readonly text: string }): readonly unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

beforeAll(async () => {
  const [, open] = storesAndShards.at(-1) ?? [];
  if (open === undefined) throw new Error('there is no store');
  store = await open();
  orchestrator = await startRunning(store);
  await store.importFleet(scrapped.map((client) => clientOf(client)));
  const removed = await orchestrator.ask('POST', '/v1/fleet/remove', {
    clients: scrapped,
    reason: 'scrapped',
  });
  expect(removed.status).toBe(200);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: formula });
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

describe('the audit as lines', () => {
  test('has the entries of its pages in their order', async () => {
    const lines = linesOf(await get('/v1/audit', ndjson));
    expect(lines.length).toBeGreaterThan(scrapped.length);
    const { items, next } = JSON.parse((await get('/v1/audit?limit=1000')).text);
    expect(lines.slice(0, 1_000)).toEqual(items);
    expect(linesOf(await get(`/v1/audit?after=${next}`, ndjson))).toEqual(lines.slice(1_000));
    expect(linesOf(await get('/v1/audit?campaign=sp4&format=jsonl'))).toHaveLength(
      JSON.parse((await get('/v1/audit?campaign=sp4')).text).items.length,
    );
    expect((await get('/v1/audit?after=x', ndjson)).status).toBe(400);
  });

  test('is CSV in which no text is a formula', async () => {
    const { type, text } = await get('/v1/audit?campaign=sp4', 'text/csv');
    const [head, newest] = text.split('\n');
    expect([type, head?.split(',').slice(0, 3)]).toEqual(['text/csv', ['at', 'campaign', 'client']]);
    expect(newest).toContain(`,'${formula},`);
  });

  test('reads a page only after the lines of the page before', async () => {
    let reads = 0;
    const counting = new Proxy(store, {
      get(target, name, receiver) {
        if (name === 'auditBefore') reads += 1;
        const found: unknown = Reflect.get(target, name, receiver);
        return typeof found === 'function' ? found.bind(target) : found;
      },
    });
    const context = contextOver(counting, standingClock(at), keepingDispatcher([]));
    const lines = unwrapped(await listAudit(context, {}, 'jsonl'));
    const perPage = reads;
    const readAt: number[] = [];
    for await (const _line of lines) readAt.push(reads);
    expect([readAt[0], readAt[999], readAt[1_000]]).toEqual([perPage, perPage, 2 * perPage]);
    expect(readAt.at(-1)).toBe(2 * perPage);
  });
});

describe('the report as lines', () => {
  test('has the clients of the document, and is what the command line prints', async () => {
    const { clients } = JSON.parse((await get(report)).text);
    const byName = (all: readonly unknown[]) =>
      (all as readonly { client: string }[]).toSorted((a, b) => (a.client < b.client ? -1 : 1));
    expect(byName(linesOf(await get(report, ndjson)))).toEqual(byName(clients));
    const { stdout } = await runHosted(orchestrator, ['campaign', 'report', 'sp4', '--csv']);
    expect((await get(report, 'text/csv')).text).toBe(stdout);
  });

  test('also of an archived campaign', async () => {
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: formula });
    await drainCampaigns().run(contextOf(orchestrator));
    const archived = await orchestrator.ask('POST', '/v1/campaigns/sp4/archive', { reason: 'it is over' });
    expect(archived.status).toBe(200);
    const { stdout } = await runHosted(orchestrator, ['campaign', 'report', 'sp4', '--archived', '--csv']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(11);
    expect((await get(`${report}?archived=true`, 'text/csv')).text).toBe(stdout);
  });
});

test.each([
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/*', 'text/csv'],
  ['application/*', 'application/json'],
  ['text/csv;q=0.5, application/x-ndjson', ndjson],
  ['application/json;q=0, */*;q=0.1', ndjson],
  ['text/html, */*;q=0.8', 'application/json'],
  ['APPLICATION/X-NDJSON', ndjson],
])('Accept: "%s" is answered as %s', async (accept, type) => {
  const answered = await get('/v1/audit?limit=1', accept);
  expect([answered.status, answered.type]).toEqual([200, type]);
});

test.each(['text/html', 'image/png', 'text/csv;q=0', 'x'])('Accept: "%s" is refused', async (accept) => {
  for (const path of ['/v1/audit', report, '/v1/campaigns/sp4/clients']) {
    const { status, type, text } = await get(path, accept);
    expect([path, status, type]).toEqual([path, 406, 'application/problem+json']);
    expect(JSON.parse(text)).toMatchObject({ code: 'form.notOffered', schemaVersion: 1 });
  }
});
