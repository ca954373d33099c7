import { servpackVersion } from '../../../shared/version.ts';
import { apiDescription } from './api-description.ts';
import { documentPath } from './document-path.ts';
import type {
  Content,
  DocumentedOperation,
  HeaderObject,
  JsonSchema,
  MediaType,
  OpenApiDocument,
  Parameter,
  ResponseObject,
} from './document-types.ts';
import { type Example, readExamples } from './examples.ts';
import { jsonSchemasOf, type RouteSchemas } from './json-schemas.ts';
import { schemaVersion } from '../schemas/fields.ts';
import { tags } from './operation.ts';
import { permissions } from './permissions.ts';
import { keepsAnswer, refusals, refusalsOf } from './errors-of.ts';
import type { DescribedRoute } from './routes-of.ts';

/** The OpenAPI document of these routes, made from the schemas that validate their requests. */
export function documentOf(routes: readonly DescribedRoute[]): OpenApiDocument {
  const { routes: schemas, named } = jsonSchemasOf(routes);
  const examples = readExamples();
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  routes.forEach((route, at) => {
    const path = documentPath(route.url);
    const { [at]: parts } = schemas;
    if (parts === undefined) return;
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operationOf(route, parts, examples[route.operation.id] ?? {}),
    };
  });
  return {
    openapi: '3.1.1',
    info: {
      title: 'servpack',
      version: servpackVersion,
      summary: 'Rolls a service pack out over a fleet of Windows clients.',
      description: apiDescription,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The orchestrator that serves this document' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the orchestrator.' },
      },
      parameters: {
        User: userParameter,
        IdempotencyKey: idempotencyParameter,
        IfMatch: ifMatchParameter,
        IfNoneMatch: ifNoneMatchParameter,
      },
      headers: { NextPage: nextPage, Version: versionHeader },
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [`Refused${status}`, refusal(description)]),
      ),
      schemas: withVersion(named, schemas),
    },
  };
}

/** Every schema that is a whole answer knows the field. */
function withVersion(
  named: Readonly<Record<string, JsonSchema>>,
  routes: readonly RouteSchemas[],
): Readonly<Record<string, JsonSchema>> {
  const answers = new Set(
    routes.flatMap(({ answer, asked }) => [answer, asked]).map((each) => each?.$ref?.split('/').at(-1)),
  );
  const version = { type: 'integer', const: schemaVersion, description: 'Stands in a whole document.' };
  return Object.fromEntries(
    Object.entries(named).map(([name, schema]) => [
      name,
      answers.has(name)
        ? { ...schema, properties: { schemaVersion: version, ...schema.properties } }
        : schema,
    ]),
  );
}

const userParameter: Parameter = {
  name: 'x-servpack-user',
  in: 'header',
  required: false,
  description: 'The person who asks, percent-encoded, for the audit. The name is what the caller says.',
  schema: { type: 'string', maxLength: 600 },
  example: 'anna',
};

const lastEventParameter: Parameter = {
  name: 'last-event-id',
  in: 'header',
  required: false,
  description: 'The id of the last event that was read: the stream goes on after it.',
  schema: { type: 'string', maxLength: 2_000 },
  example: '1764464000000-3',
};

const idempotencyParameter: Parameter = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  description:
    'Names the request. Sent again within a day, the request is not done again and gets the first answer again.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  example: '2d1f0c1e-6d4b-4b39-9f2a-0a4f4c1f7f0e',
};

const ifMatchParameter: Parameter = {
  name: 'if-match',
  in: 'header',
  required: false,
  description:
    'The version on which the change is based: the `ETag` of the campaign, or `*` for any. Needed, unless the body has `version` or `dryRun`.',
  schema: { type: 'string', maxLength: 40 },
  example: '"c17"',
};

const ifNoneMatchParameter: Parameter = {
  name: 'if-none-match',
  in: 'header',
  required: false,
  description: 'The `ETag` of the answer that the caller has: answered with 304 where it has not changed.',
  schema: { type: 'string', maxLength: 400 },
  example: '"c17"',
};

const versionHeader: HeaderObject = {
  description: 'The version of the campaign: it grows with every change of the campaign itself.',
  schema: { type: 'string' },
};

const nextPage: HeaderObject = {
  description: 'The address of the next page, with `rel="next"`; left out where there is none.',
  schema: { type: 'string' },
};

const refusal = (description: string): ResponseObject => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function operationOf(route: DescribedRoute, schemas: RouteSchemas, example: Example): DocumentedOperation {
  const { operation } = route;
  const parameters = [
    ...parametersOf('path', schemas.params, example.path),
    ...parametersOf('query', schemas.query, example.query),
    ...(operation.needs === null ? [] : [{ $ref: '#/components/parameters/User' }]),
    ...(operation.events === undefined ? [] : [lastEventParameter]),
    ...(keepsAnswer(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(operation.version === 'needed' ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
    ...(operation.version === 'kept' ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []),
  ];
  const shape = {
    method: route.method,
    hasPathNames: schemas.params !== null,
    hasForms: schemas.answer !== null && schemas.line !== null,
    hasInput: schemas.params !== null || schemas.query !== null || schemas.body !== null,
  };
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: operation.description,
    ...(operation.needs === null ? { security: [] } : {}),
    'x-servpack-role': operation.needs === null ? [] : permissions[operation.needs],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schemas.body === null
      ? {}
      : {
          requestBody: {
            required: route.body?.safeParse(undefined).success !== true,
            content: { 'application/json': { schema: schemas.body, ...exampleIn(example, 'body') } },
          },
        }),
    responses: {
      200: {
        description: 'As asked.',
        ...headersOf(schemas, operation),
        content: contentOf(route, schemas, example),
      },
      ...(schemas.asked === null ? {} : { 202: askedFirst(schemas.asked) }),
      ...(operation.version === 'kept' ? { 304: { description: 'It has not changed.' } } : {}),
      ...Object.fromEntries(
        refusalsOf(operation, shape).map((status) => [
          status,
          { $ref: `#/components/responses/Refused${status}` },
        ]),
      ),
    },
  };
}

const askedFirst = (asked: JsonSchema): ResponseObject => ({
  description:
    'Nothing was done yet: the setting `SERVPACK_FOUR_EYES` wants the approval of another person, whom `GET /v1/approvals` asks.',
  content: { 'application/json': versioned(asked, {}) },
});

function contentOf(
  { operation }: DescribedRoute,
  { answer, line, events }: RouteSchemas,
  example: Example,
): Content {
  if (events !== null)
    return {
      'text/event-stream': {
        schema: {
          type: 'string',
          description: 'Server-sent events. `x-servpack-events` has the data of each.',
          // What JSON Schema has for a text that holds other content.
          contentMediaType: 'application/json',
          contentSchema: { anyOf: Object.values(events) },
        },
        'x-servpack-events': events,
      },
    };
  if (operation.text !== undefined) return { [operation.text]: { schema: { type: 'string' } } };
  const document = {
    'application/json': answer === null ? { schema: anyObject } : versioned(answer, example),
  };
  if (line === null) return document;
  return {
    ...(answer === null ? {} : document),
    // The schema is the one of each line.
    'application/x-ndjson': { schema: line, ...(answer === null ? exampleIn(example, 'answer') : {}) },
    'text/csv': { schema: { type: 'string', description: 'A header, and one line for each entry.' } },
  };
}

const anyObject: JsonSchema = { type: 'object' };

/**
 * An answer carries the version of the schemas; where its schema is a part of others, it does not.
 */
const versioned = (answer: JsonSchema, { answer: shown }: Example): MediaType => ({
  schema: { ...answer, required: ['schemaVersion'] },
  ...(shown === undefined ? {} : { example: { schemaVersion, ...Object(shown) } }),
});

/** The answer of a list names its next page. */
function headersOf(
  { query }: RouteSchemas,
  { version }: DescribedRoute['operation'],
): Pick<ResponseObject, 'headers'> {
  const headers = {
    ...(query?.properties?.['after'] === undefined
      ? {}
      : { link: { $ref: '#/components/headers/NextPage' } }),
    ...(version === 'named' || version === 'kept' ? { etag: { $ref: '#/components/headers/Version' } } : {}),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

const exampleIn = (example: Example, part: 'body' | 'answer'): { readonly example?: unknown } =>
  example[part] === undefined ? {} : { example: example[part] };

/** Each field of the object is a parameter. */
function parametersOf(
  where: 'path' | 'query',
  schema: JsonSchema | null,
  example: Readonly<Record<string, unknown>> = {},
): readonly Parameter[] {
  return Object.entries(schema?.properties ?? {}).map(([name, { description, ...field }]) => ({
    name,
    in: where,
    required: where === 'path' || schema?.required?.includes(name) === true,
    ...(typeof description === 'string' ? { description } : {}),
    schema: field,
    ...(Object.hasOwn(example, name) ? { example: example[name] } : {}),
  }));
}
