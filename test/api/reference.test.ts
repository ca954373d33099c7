import { beforeAll, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../orchestrator/http/contract/document-types.ts';
import { referencePage } from '../../orchestrator/http/contract/reference-page.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { documentNow } from './document-now.ts';

let document: OpenApiDocument;

beforeAll(async () => {
  document = await documentNow();
});

test('the reference page has every route and schema, and each of its links leads somewhere', () => {
  const page = referencePage(document, '');
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  for (const methods of Object.values(document.paths))
    for (const { operationId } of Object.values(methods)) expect(links).toContain(operationId);
  for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`);
});

test('the reference page asks nobody for anything, and its policy allows its own style alone', async () => {
  await using orchestrator = await startSmallOrchestrator();
  const answer = await fetch(`${orchestrator.url}/v1/reference`);
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/,
  );
  const page = await answer.text();
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\bon\w+=|style="/);
});

test('a text of the document is never markup of the reference page', () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&';
  const [, methods] = Object.entries(document.paths)[0] ?? ['', {}];
  const [[method, operation] = ['', null]] = Object.entries(methods);
  if (operation === null) throw new Error('the document has no route');
  const named = { ...operation, summary: hostile, description: hostile, operationId: hostile };
  const page = referencePage(
    {
      ...document,
      paths: { [hostile]: { [method]: named } },
      tags: [{ name: operation.tags[0] ?? '', description: hostile }],
    },
    '',
  );
  expect(page).not.toContain('<img');
  expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;');
});
