import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../orchestrator/http/contract/document-types.ts';
import { type Example, readExamples } from '../../orchestrator/http/contract/examples.ts';
import { describedBy, type DescribedRoute } from '../api/described.ts';
import { documentNow } from '../api/document-now.ts';
import { queryOf, textOf } from '../api/wrong-requests.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { expectUnharmed } from '../fuzz/unharmed.ts';
import { openSocket, sendBytes } from './wire.ts';

let orchestrator: SmallOrchestrator;
let document: OpenApiDocument;
let routes: readonly DescribedRoute[];
const examples = readExamples();

beforeAll(async () => {
  document = await documentNow();
  ({ routes } = describedBy(document));
  orchestrator = await startRunning();
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** With a valid token, so that a refusal is about the rest of the request. */
const json = (): Readonly<Record<string, string>> => ({
  ...bearer(orchestrator.token),
  'content-type': 'application/json',
});

const exampleOf = ({ operation }: DescribedRoute): Example => examples[operation.operationId] ?? {};

/** The path with the names of the example, and these in place of some of them. */
function pathOf(route: DescribedRoute, changed: Readonly<Record<string, string>> = {}): string {
  const { path = {}, query } = exampleOf(route);
  const named = route.path.replaceAll(
    /\{(\w+)\}/g,
    (_all, name: string) => changed[name] ?? encodeURIComponent(textOf(path[name])),
  );
  return `${named}${queryOf(query)}`;
}

/** The newest entries of the audit; there are some since the campaign was started. */
async function audited(): Promise<readonly unknown[]> {
  const { items } = (await orchestrator.ask('GET', '/v1/audit?limit=50')).body;
  expect(items).not.toHaveLength(0);
  return items;
}

/** Names that lead out of a folder, by each spelling that some decoder takes for it. */
const ways = [
  '..',
  '../../token',
  '..%2f..%2ftoken',
  '%2e%2e%2f%2e%2e%2ftoken',
  '..%5c..%5ctoken',
  '..%252f..%252ftoken',
  '%2e%2e;%2ftoken',
  '....%2f%2ftoken',
  '%c0%ae%c0%ae%2ftoken',
  '%2fetc%2fpasswd',
  'x%00.json',
  'x%0d%0aset-cookie:a=b',
  'x%2fpause',
  'constructor',
];

describe('a hostile caller with a good token', () => {
  test('reaches nothing by a name that leads elsewhere, in any path of the document', async () => {
    const before = await audited();
    const found: unknown[] = [];
    let asked = 0;
    const named = routes.filter(({ path }) => path.includes('{'));
    for (const route of named)
      for (const [, name = ''] of route.path.matchAll(/\{(\w+)\}/g))
        for (const way of ways) {
          const path = pathOf(route, { [name]: way });
          const body = route.method === 'POST' ? { body: JSON.stringify(exampleOf(route).body ?? {}) } : {};
          const answer = await sendBytes(orchestrator.url, {
            method: route.method,
            path,
            headers: { ...json(), 'if-match': '*' },
            ...body,
          });
          asked += 1;
          const isRefused = [400, 404].includes(answer.status) && answer.type?.includes('problem+json');
          if (!isRefused || /root:|a-token-for-this-test/.test(answer.text))
            found.push([route.method, path, answer.status, answer.text.slice(0, 200)]);
        }
    expect(found).toEqual([]);
    expect(asked).toBeGreaterThan(40 * ways.length);
    expect(await audited()).toEqual(before);
  });

  test('gets no file but those of the page, by any spelling of a path', async () => {
    for (const way of ways) {
      const { status, text } = await sendBytes(orchestrator.url, {
        method: 'GET',
        path: `/assets/${way}`,
        headers: { accept: 'text/css' },
      });
      const { code } = JSON.parse(text) as { readonly code?: string };
      // Another path than /assets/NAME is one that only a caller with a token may ask for.
      const isRefused =
        { 400: 'input.request', 401: 'token.missing', 404: 'notFound.route' }[status] === code;
      expect([way, status, isRefused]).toEqual([way, status, true]);
    }
  });

  test('changes no prototype by any place of any body, and is refused', async () => {
    const before = await audited();
    const found: unknown[] = [];
    for (const route of routes.filter(({ method, operation }) => method === 'POST' && operation.requestBody))
      for (const body of poisoned(exampleOf(route).body ?? {})) {
        const answer = await sendBytes(orchestrator.url, {
          method: 'POST',
          path: pathOf(route),
          headers: { ...json(), 'if-match': '*' },
          body,
        });
        expectUnharmed();
        if (answer.status !== 400) found.push([route.path, body, answer.status, answer.text.slice(0, 200)]);
      }
    expect(found).toEqual([]);
    expect(await audited()).toEqual(before);
  });

  test('is refused when a body or the headers are larger than the route takes', async () => {
    const large = `{"reason":"${'x'.repeat(600 * 1_024)}"}`;
    const wide = { ...json(), 'x-wide': 'x'.repeat(20_000) };
    const found: unknown[] = [];
    const takesMore: string[] = [];
    for (const route of routes) {
      const { method, operation } = route;
      const path = pathOf(route);
      const tooWide = await sendBytes(orchestrator.url, { method, path, headers: wide });
      if (tooWide.status !== 431) found.push([method, path, tooWide.status]);
      if (method !== 'POST') continue;
      const { status } = await sendBytes(orchestrator.url, { method, path, headers: json(), body: large });
      if (status === 400) takesMore.push(operation.operationId);
      else if (status !== 413) found.push([method, path, status]);
    }
    expect(found).toEqual([]);
    // A route that takes a file has a larger limit of its own, and does not know this field.
    expect(takesMore.toSorted()).toEqual([
      'createCampaign',
      'createSchedule',
      'editCampaign',
      'importFleet',
      'planCampaign',
      'removeFromFleet',
      'replayCampaign',
      'simulateCampaign',
      'startSurvey',
    ]);
  });
});

/** The body as JSON, with a key of prototypes put into each of its objects. */
function poisoned(body: unknown): readonly string[] {
  const mark = '@@';
  const places = placesIn(body, mark).map((each) => JSON.stringify(each));
  const keys = [
    '"__proto__":{"role":"administrator"}',
    '"constructor":{"prototype":{"role":"administrator"}}',
  ];
  return places.flatMap((place) => keys.map((key) => place.replace(`"${mark}":0`, key)));
}

/** Copies of the value, each with the key in another of its objects. */
function placesIn(value: unknown, mark: string): readonly unknown[] {
  if (Array.isArray(value))
    return value.flatMap((item, at) => placesIn(item, mark).map((each) => value.with(at, each)));
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, item]) =>
    placesIn(item, mark).map((each) => ({ ...value, [name]: each })),
  );
  return [{ ...value, [mark]: 0 }, ...inner];
}

test('1,000 sockets that are idle, half sent or slow keep nobody from pausing a campaign', async () => {
  const head = (token: string) =>
    `POST /v1/halt HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const beginnings = [
    '',
    'GET /v1/campaigns HTTP/1.1\r\nHost: loc',
    `${head('sp_aaaaaaaa_wrong')}Content-Length: 100000\r\n\r\n{"reason":"`,
    `${head(orchestrator.token)}Content-Length: 100000\r\n\r\n{"reason":"`,
  ];
  const sockets = await Promise.all(
    Array.from({ length: 1_000 }, (_, n) => openSocket(orchestrator.url, beginnings[n % 4] ?? '')),
  );
  try {
    for (const socket of sockets.filter((_, n) => n % 4 === 3)) socket.write('x');
    const paused = await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
    expect([paused.status, paused.body.status]).toEqual([200, 'paused']);
    // The sockets are still open, so they were open during the pause.
    expect(sockets.filter(({ closed }) => closed)).toHaveLength(0);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('a key of an earlier request gets its answer only with the token that sent it', async () => {
  const plan = { file: 'c.yaml', text: campaignYaml('pune-1') };
  const key = { 'idempotency-key': 'once' };
  const first = bearer(await makeToken(orchestrator, 'night', { role: 'operator' }));
  const created = await orchestrator.ask('POST', '/v1/campaigns', plan, { ...first, ...key });
  expect(created.status).toBe(200);
  await orchestrator.ask('POST', '/v1/tokens/night/revoke', { reason: 'lost' });
  // Another person gets a token of the same name, and does not see what the first one saw.
  const second = bearer(await makeToken(orchestrator, 'night', { role: 'operator', campaigns: ['pune-*'] }));
  for (const [headers, status, code] of [
    [first, 401, 'token.wrong'],
    [second, 409, 'campaign.taken'],
  ] as const) {
    const again = await orchestrator.ask('POST', '/v1/campaigns', plan, { ...headers, ...key });
    expect([again.status, again.body.code]).toEqual([status, code]);
  }
});
