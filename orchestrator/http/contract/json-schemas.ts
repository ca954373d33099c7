import { z } from 'zod';
import type { DescribedRoute } from './routes-of.ts';
import type { JsonSchema } from './document-types.ts';
import { namedSchemas, type SchemaName } from './schema-names.ts';

/** The schemas of a route as JSON Schema; what has a name is a reference to it. */
export interface RouteSchemas {
  readonly params: JsonSchema | null;
  readonly query: JsonSchema | null;
  readonly body: JsonSchema | null;
  readonly answer: JsonSchema | null;
  readonly asked: JsonSchema | null;
  readonly line: JsonSchema | null;
  /** The data of each event, by its name. */
  readonly events: Readonly<Record<string, JsonSchema>> | null;
}

export interface JsonSchemas {
  readonly routes: readonly RouteSchemas[];
  /** By name. */
  readonly named: Readonly<Record<string, JsonSchema>>;
}

const referenceTo = (name: string): string => `#/components/schemas/${name}`;

/**
 * Turns every schema of the routes into JSON Schema in one go, so that a schema with a name stands
 * in the document once. A request is described as it is sent, an answer as it arrives.
 */
export function jsonSchemasOf(routes: readonly DescribedRoute[]): JsonSchemas {
  const sent = new Part('input');
  const answered = new Part('output');
  const references = routes.map(({ params, query, body, answer, asked, operation }) => ({
    params: sent.take(params),
    query: sent.take(query),
    body: sent.take(body),
    answer: answered.take(answer),
    asked: answered.take(asked),
    line: answered.take(operation.streams ?? null),
    events: Object.entries(operation.events ?? {}).map(
      ([name, schema]) => [name, answered.take(schema)] as const,
    ),
  }));
  const [input, output] = [sent.convert(), answered.convert()];
  const of = (from: Readonly<Record<string, JsonSchema>>, id: string | null): JsonSchema | null => {
    if (id === null) return null;
    return isAnonymous(id) ? (from[id] ?? null) : { $ref: referenceTo(id) };
  };
  const schemas = references.map(({ params, query, body, answer, asked, line, events }) => ({
    params: of(input, params),
    query: of(input, query),
    body: of(input, body),
    answer: of(output, answer),
    asked: of(output, asked),
    line: of(output, line),
    events:
      events.length === 0
        ? null
        : Object.fromEntries(events.map(([name, id]) => [name, of(output, id) ?? {}])),
  }));
  const named = reached([...schemas.flatMap(Object.values), { $ref: referenceTo('Problem') }], {
    ...output,
    ...input,
  });
  return { routes: schemas, named };
}

const isAnonymous = (id: string): boolean => id.startsWith('~');

/** The schemas of one direction. */
class Part {
  readonly #direction: 'input' | 'output';
  readonly #registry = namedSchemas();
  #count = 0;

  constructor(direction: 'input' | 'output') {
    this.#direction = direction;
  }

  /** The name of a schema; one without a name gets a number. */
  take(schema: z.ZodType | null): string | null {
    if (schema === null) return null;
    const known = this.#registry.get(schema);
    if (known !== undefined) return known.id;
    const id = `~${this.#count}`;
    this.#count += 1;
    this.#registry.add(schema, { id } satisfies SchemaName);
    return id;
  }

  convert(): Readonly<Record<string, JsonSchema>> {
    const { schemas } = z.toJSONSchema(this.#registry, {
      io: this.#direction,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      reused: 'inline',
      uri: referenceTo,
      override: ({ jsonSchema }) => trim(jsonSchema, this.#direction),
    });
    return Object.fromEntries(
      Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, id: _own, ...schema }]) => [
        id,
        schema as JsonSchema,
      ]),
    );
  }
}

/** Leaves out what says nothing, and lets an answer have further fields in a later version. */
function trim(schema: Record<string, unknown>, direction: 'input' | 'output'): void {
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  delete schema['readOnly'];
  spellOut(schema);
  if (direction === 'output' && schema['additionalProperties'] === false)
    delete schema['additionalProperties'];
}

/** A record whose keys are known has a property for each of them. */
function spellOut(schema: Record<string, unknown>): void {
  const keys = (schema['propertyNames'] as JsonSchema | undefined)?.enum;
  if (keys === undefined) return;
  schema['properties'] = Object.fromEntries(keys.map((key) => [key, schema['additionalProperties']]));
  delete schema['propertyNames'];
  delete schema['additionalProperties'];
}

/** Those of the named schemas that the roots refer to, directly or not, by name in order. */
function reached(
  roots: readonly (JsonSchema | null)[],
  all: Readonly<Record<string, JsonSchema>>,
): Readonly<Record<string, JsonSchema>> {
  const names = new Set<string>();
  const visit = (schema: unknown): void => {
    for (const [, name = ''] of JSON.stringify(schema ?? null).matchAll(
      /"\$ref":"#\/components\/schemas\/([^"]+)"/g,
    )) {
      if (names.has(name)) continue;
      names.add(name);
      visit(all[name]);
    }
  };
  roots.forEach(visit);
  return Object.fromEntries([...names].sort().flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
}
