import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../orchestrator/http/contract/examples.ts';
import { schemaVersion } from '../../orchestrator/http/schemas/fields.ts';
import { filesBelow } from '../architecture/imports.ts';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { type Answered, describedBy, type Described } from './described.ts';
import { documentNow } from './document-now.ts';
import { recordDay } from './record.ts';
import { startWorld } from './world.ts';
import { requestsOf, type WireRequest } from './wrong-requests.ts';

let described: Described;

beforeAll(async () => {
  described = describedBy(await documentNow());
});

const isStream = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('text/event-stream') === true;

const isVersioned = (type: string | null, said: string): boolean =>
  /^application\/(?:problem\+)?json\b/.test(type ?? '') &&
  (JSON.parse(said) as { readonly schemaVersion?: unknown }).schemaVersion === schemaVersion;

/** What they answer is no JSON document: text, lines, events, and the description itself. */
const withoutDocument = [
  'exportFleet',
  'listCheckInTokens',
  'getReportAsHtml',
  'getReportAsMarkdown',
  'exportAudit',
  'followEvents',
  'getMetrics',
  'getProblem',
  'getDescription',
  'getReference',
];

/** Sends it as it stands; `fetch` would set the length itself. */
async function send({ url, token, folder }: SmallOrchestrator, asked: WireRequest): Promise<Answered> {
  const { method, headers, path } = asked;
  const length = asked.headers['content-length'];
  const sent = request(url, {
    agent: false,
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const body = asked.body?.replaceAll('/srv/releases', folder);
  // A body that is never sent whole: the answer comes before.
  if (length === undefined) sent.end(body);
  else sent.write(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const answered = {
    status: answer.statusCode ?? 0,
    type: answer.headers['content-type'] ?? null,
    // A stream of events has no end.
    text: isStream(answer) ? '' : await text(answer),
  };
  sent.destroy();
  return answered;
}

describe('each answer is as the document says', () => {
  test('on a day on which operators use every route', async () => {
    await using orchestrator = await startWorld();
    const document = await documentNow();
    const examples = readExamples();
    const versioned = new Set<string>();
    for (const { asked, status, text: said, type } of await recordDay(orchestrator, document)) {
      if (isVersioned(type, said)) versioned.add(asked.id);
      const route = described.routes.find(({ operation }) => operation.operationId === asked.id);
      if (route === undefined) throw new Error(`${asked.id} is not described`);
      expect([asked.id, described.whyNot(route, { status, type, text: said })]).toEqual([asked.id, null]);
      const isShown = examples[asked.id]?.answer !== undefined || type?.startsWith('text/');
      expect([asked.id, status === 200]).toEqual([asked.id, isShown]);
    }
    const unversioned = described.routes.map(({ operation }) => operation.operationId);
    expect(unversioned.filter((id) => !versioned.has(id))).toEqual(withoutDocument);
  });

  test('to right, missing, oversized and wrong values of every route', async () => {
    await using orchestrator = await startWorld();
    await recordDay(orchestrator, await documentNow());
    const examples = readExamples();
    const wrong: string[] = [];
    let asked = 0;
    const statuses = new Set<number>();
    for (const route of described.routes)
      for (const each of requestsOf(route, examples[route.operation.operationId] ?? {})) {
        asked += 1;
        const answer = await send(orchestrator, each);
        // A 500 is described, and is a bug all the same.
        const why = answer.status === 500 ? answer.text : described.whyNot(route, answer);
        statuses.add(answer.status);
        if (why !== null) wrong.push(`${each.method} ${each.path.slice(0, 80)} ${each.what}: ${why}`);
      }
    expect(wrong).toEqual([]);
    expect(statuses).toEqual(new Set([200, 400, 401, 404, 406, 409, 413, 414, 415, 428]));
    expect(asked).toBeGreaterThan(1_000);
  });
});

test('the command line asks only for paths of the document', () => {
  const paths = described.routes.map(({ path }) => path.replaceAll(/\{\w+\}/g, '*'));
  const found = filesBelow('orchestrator/cli').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['`](\/v1\/[^'`?]*)['`]/g)].map(
      ([, path = '']) => [file, path] as const,
    ),
  );
  expect(found.length).toBeGreaterThan(30);
  // A name, or the rest of a path that is composed elsewhere.
  const isPath = (written: string): boolean => {
    const pattern = written.replaceAll(/\$\{[^}]*\}/g, '*');
    return paths.some(
      (path) => path === pattern || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
    );
  };
  expect(found.filter(([, path]) => !isPath(path))).toEqual([]);
});
