import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type {
  DocumentedOperation,
  JsonSchema,
  OpenApiDocument,
  Referred,
  ResponseObject,
} from '../../orchestrator/http/contract/document-types.ts';
import { permissions } from '../../orchestrator/http/contract/permissions.ts';
import { routesOf } from '../fixtures/routes.ts';
import { breakingChanges } from './breaking-changes.ts';
import { documentNow } from './document-now.ts';
import { referred } from './schema-within.ts';

let document: OpenApiDocument;
let operations: readonly (readonly [route: string, operation: DocumentedOperation])[];

beforeAll(async () => {
  document = await documentNow();
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => [`${method.toUpperCase()} ${path}`, each] as const),
  );
});

/**
 * What breaks clients of the last release on purpose, as CHANGELOG.md says. A release empties the
 * list.
 */
const acceptedBreaks: readonly string[] = [
  'GET /v1/fleet refuses what was taken: maximum of the query parameter limit is 1000000, where 1000 is expected',
];

const howToBreak =
  'undo what breaks clients; or, where it must be, say it in CHANGELOG.md, raise the version (1.x: the first number; 0.x: the second), and name it in acceptedBreaks. A release empties acceptedBreaks and runs: npm run --silent openapi > docs/openapi-released.json';

/** Each of them of which this is not so. */
const without = (is: (operation: DocumentedOperation) => unknown): readonly string[] =>
  operations.filter(([, each]) => !is(each)).map(([route]) => route);

describe('the document of the API', () => {
  test('has every route of the app and no other one', () => {
    const inDocument = operations.map(([route]) => route.replaceAll(/\{\w+\}/g, 'x-1'));
    expect(inDocument.toSorted()).toEqual(
      routesOf()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    );
  });

  test('says of every route what it does, by whom, and how it is refused', () => {
    expect(without(({ summary }) => /^[A-Z].*[^.]$/.test(summary))).toEqual([]);
    expect(without(({ description }) => /^[A-Z].*\.$/.test(description))).toEqual([]);
    expect(without(({ tags: [tag] }) => document.tags.some(({ name }) => name === tag))).toEqual([]);
    expect(without(({ responses }) => responses['200'] && responses['500'] && responses['503'])).toEqual([]);
    expect(without(({ responses, security }) => security !== undefined || responses['401'])).toEqual([]);
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  test('names the roles of every route that needs a token', () => {
    const sets = Object.values(permissions).map((roles) => roles.join());
    expect(
      without((each) => sets.includes(each['x-servpack-role'].join()) !== (each.security !== undefined)),
    ).toEqual([]);
    expect(document.paths['/v1/halt']?.['post']?.['x-servpack-role']).toEqual([
      'operator',
      'approver',
      'administrator',
    ]);
  });

  test('shows an example of every body and of nearly every answer', () => {
    const bare = (content: object): boolean => Object.values(content).every((media) => !('example' in media));
    expect(without(({ requestBody }) => requestBody === undefined || !bare(requestBody.content))).toEqual([]);
    const answers = without(({ responses: { 200: answer } }) => {
      if (answer === undefined || '$ref' in answer) return false;
      return (
        Object.keys(answer.content ?? {}).some((type) => !type.endsWith('json')) ||
        !bare(answer.content ?? {})
      );
    });
    // What they need comes from a worker, or from another profile than the one of the lab.
    expect(answers).toEqual([
      'GET /v1/campaigns/{campaign}/rollback',
      'POST /v1/approvals/retract',
      'POST /v1/clients/{client}/undo',
      'GET /v1/openapi.json',
    ]);
  });

  test('names every schema of a body and of an answer', () => {
    const bodies = without(
      ({ requestBody }) =>
        requestBody === undefined || Object.values(requestBody.content).every(({ schema }) => schema.$ref),
    );
    expect(bodies).toEqual([]);
    const answers = without(({ responses: { 200: answer } }) => {
      if (answer === undefined || '$ref' in answer) return false;
      return Object.entries(answer.content ?? {}).every(
        ([type, { schema }]) => !type.endsWith('json') || schema.$ref,
      );
    });
    expect(answers).toEqual(['GET /v1/openapi.json']);
  });

  test('promises the version of the schemas in every document and every refusal', () => {
    const { responses: refusals, schemas } = document.components;
    const promises = (found: ResponseObject | Referred): boolean => {
      const response = '$ref' in found ? refusals[found.$ref.split('/').at(-1) ?? ''] : found;
      return Object.entries(response?.content ?? {}).every(
        ([type, { schema }]) =>
          !/\/(?:problem\+)?json$/.test(type) ||
          referred(schema, schemas).required?.includes('schemaVersion') === true,
      );
    };
    expect(without(({ responses }) => Object.values(responses).every(promises))).toEqual([
      'GET /v1/openapi.json',
    ]);
  });

  test('breaks no client of the last released document', () => {
    const released = readFileSync(join(import.meta.dirname, '../../docs/openapi-released.json'), 'utf8');
    const broken = breakingChanges(JSON.parse(released) as OpenApiDocument, document);
    expect({ broken, howToBreak }).toEqual({ broken: acceptedBreaks, howToBreak });
  });
});

/** A document with one route that takes and answers these. */
function documentOf(body: JsonSchema, answer: JsonSchema, path = '/v1/things'): OpenApiDocument {
  const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
  const post = {
    operationId: 'makeThing',
    parameters: [],
    requestBody: { required: true, content: json({ $ref: '#/components/schemas/Body' }) },
    responses: { 200: { description: 'As asked.', content: json(answer) } },
  };
  return {
    paths: { [path]: { post } },
    components: { parameters: {}, responses: {}, schemas: { Body: body } },
  } as unknown as OpenApiDocument;
}

const object = (
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
  more = {},
): JsonSchema => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const strict = { additionalProperties: false };
const text = { type: 'string' };
const body = object({ name: text, size: { type: 'number' } }, ['name'], strict);
const reply = object({ id: text, state: { type: 'string', enum: ['a', 'b'] } }, ['id']);

describe('a change of the document breaks clients where', () => {
  const before = documentOf(body, reply);

  test.each<[what: string, now: OpenApiDocument, says: readonly string[]]>([
    ['a route is removed', documentOf(body, reply, '/v1/other'), ['POST /v1/things is removed']],
    [
      'a field of the answer is removed',
      documentOf(body, object({ id: text }, ['id'])),
      ['POST /v1/things answers without the answer.state'],
    ],
    [
      'a field of the answer may be missing',
      documentOf(body, object(reply.properties ?? {})),
      ['POST /v1/things answers what no client expects: the answer.id may be missing'],
    ],
    [
      'the answer has a value that was not there',
      documentOf(body, object({ id: text, state: { type: 'string', enum: ['a', 'b', 'c'] } }, ['id'])),
      ['POST /v1/things answers what no client expects: the answer.state may be "c", which is not expected'],
    ],
    [
      'the answer may be null',
      documentOf(body, object({ ...reply.properties, id: { anyOf: [text, { type: 'null' }] } }, ['id'])),
      ['POST /v1/things answers what no client expects: the answer.id is null, where string is expected'],
    ],
    [
      'a field of the body is needed',
      documentOf(object({ ...body.properties }, ['name', 'size'], strict), reply),
      ['POST /v1/things refuses what was taken: body.size may be missing'],
    ],
    [
      'a field of the body is not known any longer',
      documentOf(object({ name: text }, ['name'], strict), reply),
      ['POST /v1/things refuses what was taken: body.size is not known'],
    ],
    [
      'a type of the body is narrower',
      documentOf(object({ name: text, size: { type: 'integer' } }, ['name'], strict), reply),
      ['POST /v1/things refuses what was taken: body.size is number, where integer is expected'],
    ],
    [
      'a text of the body is bounded',
      documentOf(
        object({ ...body.properties, name: { type: 'string', maxLength: 3 } }, ['name'], strict),
        reply,
      ),
      ['POST /v1/things refuses what was taken: maxLength of body.name is free, where 3 is expected'],
    ],
  ])('%s', (_what, now, says) => expect(breakingChanges(before, now)).toEqual(says));

  test('but not where a field is added that nobody needs', () => {
    const now = documentOf(
      object({ ...body.properties, note: text }, ['name'], strict),
      object({ ...reply.properties, more: text }, ['id', 'more']),
    );
    expect(breakingChanges(before, now)).toEqual([]);
  });
});
